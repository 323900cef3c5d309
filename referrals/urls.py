"""The pages, by user task. Paths are Norwegian, names English."""

from datetime import date

from django.db.transaction import non_atomic_requests
from django.urls import URLPattern, URLResolver, path, register_converter
from django.urls.converters import StringConverter

from referrals.views import (
    access_log,
    account,
    appearance,
    case,
    caseload,
    chosen,
    comparison,
    coverage,
    dashboard,
    data_quality,
    development,
    deviations,
    distribution,
    divided,
    drafts,
    due,
    find_citizen,
    health,
    information,
    intake,
    letter_texts,
    letters,
    logs,
    long_waits,
    month_ends,
    moved,
    moves,
    official_statistics,
    open_data,
    overtaken,
    past_waitlist,
    period,
    priority_keys,
    registration,
    rights,
    row_edit,
    saved_views,
    sessions,
    shielding,
    sign_in,
    single_sign_on,
    staffing,
    staffing_rows,
    undoing,
    waitlist,
    workloads,
)


class ReferralNumber(StringConverter):
    """2026-000123. Anything else is no address of a referral."""

    regex = "[0-9]{4}-[0-9]{6}"


class MunicipalityNumber(StringConverter):
    """0301. What is no number never reaches the database, which refuses some characters."""

    regex = "[0-9]{4}"


class CountyNumber(StringConverter):
    """03."""

    regex = "[0-9]{2}"


class IsoDay(StringConverter):
    """2026-01-31. A day that is in no calendar is no address."""

    regex = "[0-9]{4}-[0-9]{2}-[0-9]{2}"

    def to_python(self, value: str) -> date:
        return date.fromisoformat(value)

    def to_url(self, value: date) -> str:
        return value.isoformat()


register_converter(ReferralNumber, "number")
register_converter(MunicipalityNumber, "municipality")
register_converter(CountyNumber, "county")
register_converter(IsoDay, "day")

urlpatterns: list[URLPattern | URLResolver] = [
    # In, out, and how it looks
    path("", sign_in.start, name="start"),
    # Pages that count attempts write outside a transaction: what they count is never rolled back.
    path("inn/", non_atomic_requests(sign_in.SignIn.as_view()), name="account_login"),
    path("inn/kode/", non_atomic_requests(account.SecondStep.as_view()), name="mfa_authenticate"),
    path("inn/passnokkel/", non_atomic_requests(account.PasskeySignIn.as_view()), name="mfa_login_webauthn"),
    path("inn/med/<slug:name>/", single_sign_on.leave, name="sso_leave"),
    path("inn/med/<slug:name>/tilbake/", single_sign_on.come_back, name="sso_return"),
    path("inn/med/<slug:name>/avvist/", single_sign_on.turned_away, name="sso_turned_away"),
    path("inn/demo/", sign_in.sign_in_as_demo_user, name="sign_in_demo"),
    path("ut/", sign_in.sign_out, name="sign_out"),
    path("sprak/", appearance.choose_language, name="language"),
    path("utseende/", appearance.choose_colour_scheme, name="colour_scheme"),
    path("taster/", appearance.choose_single_keys, name="single_keys"),
    # One's own way in; the names are those that allauth looks for
    path("konto/", account.overview, name="mfa_index"),
    path("konto/passord/", account.ChangePassword.as_view(), name="account_change_password"),
    path("konto/app/", account.AddApp.as_view(), name="mfa_activate_totp"),
    path("konto/app/fjern/", account.RemoveApp.as_view(), name="mfa_deactivate_totp"),
    path("konto/passnokkel/", account.AddPasskey.as_view(), name="mfa_add_webauthn"),
    path("konto/passnokkel/<int:pk>/fjern/", account.RemovePasskey.as_view(), name="mfa_remove_webauthn"),
    path("konto/reservekoder/", account.recovery_codes, name="mfa_view_recovery_codes"),
    path("konto/reservekoder/nye/", account.new_recovery_codes, name="mfa_generate_recovery_codes"),
    path("konto/e-post/", account.choose_digest, name="account_digest"),
    path("konto/okter/", sessions.sessions, name="account_sessions"),
    path(
        "konto/bekreft/",
        non_atomic_requests(account.ConfirmByPassword.as_view()),
        name="account_reauthenticate",
    ),
    path(
        "konto/bekreft/kode/", non_atomic_requests(account.ConfirmByCode.as_view()), name="mfa_reauthenticate"
    ),
    path(
        "konto/bekreft/passnokkel/",
        non_atomic_requests(account.ConfirmByPasskey.as_view()),
        name="mfa_reauthenticate_webauthn",
    ),
    # The waitlist
    path("k/<municipality:code>/venteliste/", waitlist.waitlist, name="waitlist"),
    path("k/<municipality:code>/venteliste/visninger/", saved_views.saved_views, name="saved_views"),
    path("k/<municipality:code>/venteliste/visninger/<int:pk>/", saved_views.saved_view, name="saved_view"),
    path("k/<municipality:code>/venteliste/sok/", waitlist.search, name="waitlist_search"),
    path("k/<municipality:code>/venteliste/valgte/", chosen.choose, name="chosen"),
    path(
        "k/<municipality:code>/venteliste/valgte/<slug:slug>/<uuid:token>/",
        chosen.chosen_move,
        name="chosen_move",
    ),
    path("k/<municipality:code>/venteliste/angre/<int:pk>/", undoing.undo, name="chosen_undo"),
    path("k/<municipality:code>/venteliste/dag/", past_waitlist.past_waitlist, name="waitlist_on_day"),
    path("k/<municipality:code>/venteliste/kom-og-gikk/", moved.moved, name="waitlist_moved"),
    path("k/<municipality:code>/frister/", due.deadlines, name="deadlines"),
    path("k/<municipality:code>/lange-ventetider/", long_waits.long_waits, name="long_waits"),
    path("k/<municipality:code>/inntaksmote/", intake.intake_meeting, name="intake_meeting"),
    # What is reported each month, and what is wrong in what is registered
    path("k/<municipality:code>/avvik/", deviations.deviations, name="deviations"),
    path(
        "k/<municipality:code>/avvik/<number:number>/angre/", deviations.withdraw, name="deviation_withdraw"
    ),
    path("k/<municipality:code>/datakvalitet/", data_quality.data_quality, name="data_quality"),
    path(
        "k/<municipality:code>/datakvalitet/<slug:slug>/<number:number>/",
        data_quality.decide,
        name="data_quality_decide",
    ),
    # Logging a referral
    path("k/<municipality:code>/henvisninger/ny/", find_citizen.find_citizen, name="referral_new"),
    path(
        "k/<municipality:code>/henvisninger/ny/innbygger/",
        find_citizen.choose_citizen,
        name="referral_citizen",
    ),
    path(
        "k/<municipality:code>/henvisninger/ny/<uuid:token>/", registration.register, name="referral_register"
    ),
    path(
        "k/<municipality:code>/henvisninger/ny/<uuid:token>/forkast/",
        drafts.discard_draft,
        name="referral_draft_discard",
    ),
    # One referral, and a therapist's own
    path("k/<municipality:code>/henvisninger/<number:number>/", case.referral, name="referral"),
    # Cases that are shielded from staff
    path(
        "k/<municipality:code>/henvisninger/<number:number>/skjermet/",
        shielding.shielded,
        name="referral_shielded",
    ),
    path(
        "k/<municipality:code>/henvisninger/<number:number>/nodtilgang/",
        shielding.emergency,
        name="referral_emergency",
    ),
    path(
        "k/<municipality:code>/henvisninger/<number:number>/skjerming/",
        shielding.shielding,
        name="referral_shielding",
    ),
    path("k/<municipality:code>/apninger/", shielding.openings, name="openings"),
    path("k/<municipality:code>/roller/", rights.rights, name="rights"),
    path("k/<municipality:code>/apninger/<int:opening>/avslutt/", shielding.end_opening, name="opening_end"),
    # Its letters
    path(
        "k/<municipality:code>/henvisninger/<number:number>/brev/<slug:slug>/", letters.letter, name="letter"
    ),
    path(
        "k/<municipality:code>/henvisninger/<number:number>/brev/sendt/<int:pk>/",
        letters.sent_letter,
        name="sent_letter",
    ),
    path("k/<municipality:code>/henvisninger/<number:number>/<slug:slug>/", moves.move, name="referral_move"),
    path(
        "k/<municipality:code>/henvisninger/<number:number>/<slug:slug>/rad/",
        row_edit.edit_cell,
        name="referral_cell",
    ),
    path("k/<municipality:code>/innsynslogg/<number:number>/", access_log.access_log, name="access_log"),
    path("k/<municipality:code>/innsynslogg/", access_log.find, name="access_log_find"),
    path("k/<municipality:code>/logger/innsyn/", logs.read_log, name="read_log"),
    path("k/<municipality:code>/logger/endringer/", logs.change_log, name="change_log"),
    # Priority keys
    path("k/<municipality:code>/prioriteringsnokkel/", priority_keys.priority_key, name="priority_key"),
    path("k/<municipality:code>/prioriteringsnokkel/ny/", priority_keys.new_version, name="priority_key_new"),
    path(
        "k/<municipality:code>/prioriteringsnokkel/<day:day>/rett/",
        priority_keys.correct_version,
        name="priority_key_correct",
    ),
    path(
        "k/<municipality:code>/prioriteringsnokkel/<day:day>/trekk/",
        priority_keys.withdraw_version,
        name="priority_key_withdraw",
    ),
    path("prioriteringsnokler/", priority_keys.compare, name="priority_keys"),
    # The texts of letters
    path("k/<municipality:code>/brev/", letter_texts.letter_texts, name="letter_texts"),
    path("k/<municipality:code>/brev/hode/", letter_texts.letter_head, name="letter_head"),
    path(
        "k/<municipality:code>/brev/<slug:slug>/<slug:language>/",
        letter_texts.letter_text,
        name="letter_text",
    ),
    # Own staff
    path("k/<municipality:code>/saksmengde/", workloads.workloads, name="workloads"),
    path("k/<municipality:code>/forbigatt/", overtaken.overtaken, name="overtaken"),
    path("k/<municipality:code>/bemanning/", staffing.staffing, name="staffing"),
    path("k/<municipality:code>/bemanning/ny/", staffing.find, name="staffing_find"),
    path("k/<municipality:code>/bemanning/ny/<uuid:token>/", staffing.employ, name="staffing_employ"),
    path(
        "k/<municipality:code>/bemanning/ergoterapeut/<int:pk>/",
        staffing.therapist,
        name="staffing_therapist",
    ),
    path(
        "k/<municipality:code>/bemanning/ansettelse/<int:pk>/permisjon/",
        staffing_rows.new_leave,
        name="staffing_leave",
    ),
    path("k/<municipality:code>/bemanning/<slug:slug>/ny/", staffing_rows.new, name="staffing_new"),
    path(
        "k/<municipality:code>/bemanning/<slug:slug>/<int:pk>/", staffing_rows.change, name="staffing_change"
    ),
    path(
        "k/<municipality:code>/bemanning/<slug:slug>/<int:pk>/avslutt/",
        staffing_rows.end,
        name="staffing_end",
    ),
    path("mine/", caseload.caseload, name="caseload"),
    # What the figures say
    path("oversikt/", dashboard.dashboard, name="dashboard"),
    path("oversikt/landet/", dashboard.nation, name="dashboard_nation"),
    path("oversikt/fylkene/", dashboard.counties, name="dashboard_counties"),
    path("oversikt/fylke/<county:code>/", dashboard.county, name="dashboard_county"),
    path("oversikt/lange-ventetider/", long_waits.figures, name="long_waits_figures"),
    path("oversikt/lange-ventetider/fylke/<county:code>/", long_waits.county, name="long_waits_county"),
    path("oversikt/landet/manedsslutt/", month_ends.nation, name="month_ends_nation"),
    path("oversikt/fylke/<county:code>/manedsslutt/", month_ends.county, name="month_ends_county"),
    path("oversikt/<municipality:code>/manedsslutt/", month_ends.municipality, name="month_ends"),
    path("oversikt/<municipality:code>/", dashboard.municipality, name="dashboard_municipality"),
    path("oversikt/landet/utvikling/", development.nation, name="development_nation"),
    path("oversikt/fylkene/utvikling/", development.counties, name="development_counties"),
    path("oversikt/fylke/<county:code>/utvikling/", development.county, name="development_county"),
    path(
        "oversikt/<municipality:code>/utvikling/", development.municipality, name="development_municipality"
    ),
    path("oversikt/landet/fordeling/", divided.nation, name="distribution_nation"),
    path("oversikt/fylkene/fordeling/", divided.counties, name="distribution_counties"),
    path("oversikt/fylke/<county:code>/fordeling/", divided.county, name="distribution_county"),
    path("oversikt/<municipality:code>/fordeling/", distribution.distribution, name="distribution"),
    path("oversikt/sammenlign/", comparison.readers, name="comparison"),
    path("oversikt/landet/periode/", period.nation, name="period_nation"),
    path("oversikt/fylkene/periode/", period.counties, name="period_counties"),
    path("oversikt/fylke/<county:code>/periode/", period.county, name="period_county"),
    path("oversikt/<municipality:code>/periode/", period.municipality, name="period"),
    path("oversikt/<municipality:code>/sammenlign/", comparison.municipality, name="comparison_municipality"),
    path("dekning/", coverage.coverage, name="coverage"),
    path("dekning/utvikling/", coverage.series, name="coverage_series"),
    path("dekning/<municipality:code>/", coverage.municipality, name="coverage_municipality"),
    # Official figures in
    path("import/statistikk/", official_statistics.send, name="official_statistics"),
    path("import/statistikk/forhandsvisning/", official_statistics.look, name="official_statistics_preview"),
    # For everybody
    path("tilgjengelighet/", information.accessibility, name="accessibility"),
    path("personvern/", information.privacy, name="privacy"),
    path("tallene/", information.definitions, name="definitions"),
    # Open data: these addresses stay as they are (docs/adr/0029-open-data.md)
    path("apne-data/", open_data.page, name="open_data"),
    path("apne-data/<slug:dataset>.<str:kind>", open_data.file, name="open_data_file"),
    # For machines that watch
    path("health/live", health.live, name="health_live"),
    path("health/ready", health.ready, name="health_ready"),
]
