"""Saving a view of the waitlist under a name, sharing it, and letting go of it."""

from datetime import datetime

from django.db.models import QuerySet
from django.db.models.functions import Lower

from referrals.actions.checks import check_values
from referrals.actions.transactions import action
from referrals.errors import TooManyViews, ViewNameTaken
from referrals.models import Municipality, SavedView, User
from referrals.permissions import Access, Permission

MOST_OWN, MOST_SHARED = 12, 12  # each is counted whenever they are shown


@action
def save_view(
    *,
    municipality: Municipality,
    name: str,
    query: str,
    is_shared: bool,
    access: Access,
    by: User,
    at: datetime,
) -> SavedView:
    """Keep what the waitlist is narrowed to under a name, for oneself or for all who work with its cases.

    Saved already with the same choices, it stays as it is. Raises NotAllowed, TooManyViews, ViewNameTaken or
    InvalidValue.
    """
    access.check(Permission.SHARE_VIEWS if is_shared else Permission.SEE_CASES, municipality.pk)
    view = SavedView(
        municipality=municipality, owner=by, name=name.strip(), query=query, is_shared=is_shared, saved_at=at
    )
    check_values(view, ["name", "query"])
    if (same := _namesake(view)) and same.query == query:
        return same
    _check_room(view)
    view.save()
    return view


@action
def change_view(
    *, view_id: int, name: str, is_shared: bool, municipality: Municipality, access: Access, by: User
) -> SavedView:
    """Call a view otherwise, share it or keep it to its owner.

    What is shared is changed by whoever may share, whoever saved it. Raises SavedView.DoesNotExist, NotAllowed,
    TooManyViews, ViewNameTaken or InvalidValue.
    """
    view = _own(view_id, municipality, access=access, by=by)
    moves = is_shared != view.is_shared
    if moves:
        access.check(Permission.SHARE_VIEWS, municipality.pk)
    view.name, view.is_shared = name.strip(), is_shared
    check_values(view, ["name"])
    _check_room(view, is_new=moves)
    view.save(update_fields=["name", "is_shared"])
    return view


@action
def delete_view(*, view_id: int, municipality: Municipality, access: Access, by: User) -> None:
    """Let go of a view. Raises SavedView.DoesNotExist, where it is gone already too, or NotAllowed."""
    _own(view_id, municipality, access=access, by=by).delete()


def may_change(view: SavedView, *, access: Access, by: User) -> bool:
    """Whether the user may change or delete the view: one's own, or a shared one as somebody who may share."""
    if view.is_shared:
        return access.can(Permission.SHARE_VIEWS, view.municipality_id)
    return view.owner_id == by.pk


def _own(view_id: int, municipality: Municipality, *, access: Access, by: User) -> SavedView:
    access.check(Permission.SEE_CASES, municipality.pk)
    view = SavedView.objects.offered_to(by, municipality).select_for_update(of=("self",)).get(pk=view_id)
    if not may_change(view, access=access, by=by):
        access.check(Permission.SHARE_VIEWS, municipality.pk)
    return view


def _check_room(view: SavedView, *, is_new: bool = True) -> None:
    """Room by name, on which the database has the last word, and by number: of two at once one may be too many."""
    if _namesake(view):
        raise ViewNameTaken(field="name")
    most = MOST_SHARED if view.is_shared else MOST_OWN
    if is_new and _beside(view).count() >= most:
        raise TooManyViews(most=most)


def _namesake(view: SavedView) -> SavedView | None:
    return _beside(view).annotate(lowered=Lower("name")).filter(lowered=view.name.lower()).first()


def _beside(view: SavedView) -> QuerySet[SavedView]:
    """The others that the name must not be among: the shared ones, or the owner's that are not."""
    others = SavedView.objects.filter(municipality=view.municipality_id, is_shared=view.is_shared)
    if not view.is_shared:
        others = others.filter(owner=view.owner_id)
    return others.exclude(pk=view.pk)
