"""What people choose for their own screen."""

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

COLOUR_SCHEMES = {"auto": _("As the device"), "light": _("Light"), "dark": _("Dark")}


class ColourSchemeForm(forms.Form):
    """Light, dark, or as the device says."""

    scheme = forms.ChoiceField(choices=list(COLOUR_SCHEMES.items()))


class LanguageForm(forms.Form):
    """One of the languages of the pages."""

    language = forms.ChoiceField(choices=settings.LANGUAGES)


class SingleKeysForm(forms.Form):
    """Whether single keys do something."""

    single_keys = forms.ChoiceField(choices=[("on", _("On")), ("off", _("Off"))])
