"""Of every model: whose rows its table holds. A new model needs a line here, and its place decides what guards it."""

from enum import Enum


class Holds(Enum):
    """TENANT: a municipality's persons, cases or logs, behind row-level security. STAFF: people who work with Ergo,
    guarded by permissions. COUNTED: true counts of every municipality, in which the app has no right at all. PUBLIC:
    places, words, figures; nothing about anybody.
    """

    TENANT = "persons and cases of one municipality"
    STAFF = "people who work with Ergo or as therapists"
    COUNTED = "counts of every municipality's cases"
    PUBLIC = "nobody"


REGISTER: dict[Holds, frozenset[str]] = {
    Holds.TENANT: frozenset(
        {
            "referrals.Person",
            "referrals.Referral",
            "referrals.WaitPause",
            "referrals.PauseReview",
            "referrals.Validation",
            "referrals.KnownReferral",
            "referrals.KnownPause",
            "referrals.Contact",
            "referrals.PreliminaryReply",
            "referrals.InformationRequest",
            "referrals.ReferralEvent",
            "referrals.NumberSeries",
            "referrals.Submission",
            "referrals.Draft",
            "referrals.BulkAction",
            "referrals.BulkRow",
            "referrals.AuditEvent",
            "referrals.ChangeByName",
            "referrals.ViewLog",
            "referrals.ViewLogPerson",
            "referrals.Confidant",
            "referrals.Barring",
            "referrals.Opening",
            "referrals.DeviationReport",
            "referrals.SentLetter",
            "referrals.LetterTemplate",
            "referrals.LetterHead",
            "referrals.RightAsItIs",
            "referrals.SavedView",
            "referrals.RiskEvent",
        }
    ),
    Holds.STAFF: frozenset(
        {
            "referrals.User",
            "referrals.User_groups",
            "referrals.User_user_permissions",
            "referrals.Membership",
            "referrals.Membership_counties",
            "referrals.Therapist",
            "referrals.Employment",
            "referrals.KnownTherapist",
            "referrals.KnownEmployment",
            "referrals.Leave",
            "referrals.Digest",
            "referrals.SecurityEvent",
            "admin.LogEntry",
            "sessions.Session",
            "account.EmailAddress",
            "account.EmailConfirmation",
            "mfa.Authenticator",
            "socialaccount.SocialAccount",
            "socialaccount.SocialApp",
            "socialaccount.SocialToken",
            "usersessions.UserSession",
        }
    ),
    Holds.COUNTED: frozenset(
        {
            "referrals.WaitStat",
            "referrals.FlowStat",
            "referrals.RolledDay",
            "referrals.RolledFlow",
            "referrals.WaitMark",
            "referrals.StartStat",
            "referrals.EndedStat",
            "referrals.RolledEnds",
            "referrals.EndMark",
            "referrals.FrozenMonth",
            "referrals.FrozenStat",
        }
    ),
    Holds.PUBLIC: frozenset(
        {
            "referrals.LogSeal",
            "referrals.Governor",
            "referrals.County",
            "referrals.Municipality",
            "referrals.MunicipalityChange",
            "referrals.Population",
            "referrals.Installation",
            "referrals.JobState",
            "referrals.KeptRecipe",
            "procrastinate.ProcrastinateEvent",
            "procrastinate.ProcrastinateJob",
            "procrastinate.ProcrastinatePeriodicDefer",
            "procrastinate.ProcrastinateWorker",
            "referrals.BoundaryArea",
            "referrals.BoundaryMap",
            "referrals.Unit",
            "referrals.Category",
            "referrals.PriorityKey",
            "referrals.PriorityTarget",
            "referrals.PriorityTemplate",
            "referrals.ReplyRule",
            "referrals.LawReference",
            "referrals.SmallNumberLimit",
            "referrals.ThinCoverageLimit",
            "referrals.OpenDataSwitch",
            "referrals.Occupation",
            "referrals.CoverageAgreement",
            "referrals.CoverageStatement",
            "referrals.Vacancy",
            "referrals.StaffingDraft",
            "referrals.StaffingFigure",
            "referrals.StaffingImport",
            "referrals.KnownGovernor",
            "referrals.KnownCounty",
            "referrals.KnownMunicipality",
            "referrals.KnownMunicipalityChange",
            "referrals.KnownPopulation",
            "referrals.KnownOccupation",
            "referrals.KnownAgreement",
            "referrals.KnownStatement",
            "referrals.KnownVacancy",
            "referrals.KnownStaffingFigure",
            "auth.Group",
            "auth.Group_permissions",
            "auth.Permission",
            "contenttypes.ContentType",
        }
    ),
}
