"""The models by aggregate; the rest of the product imports them from here."""

from referrals.models.access import (
    Membership,
    User,
    access_from,
    access_of,
    memberships_of,
    staff_of,
)
from referrals.models.audit import AuditEvent, ChangeByName, LogSeal, SecurityEvent, ViewLog, ViewLogPerson
from referrals.models.boundaries import BoundaryArea, BoundaryMap
from referrals.models.bulk import BulkAction, BulkRow
from referrals.models.case_file import Contact, NumberSeries, PreliminaryReply, ReferralEvent
from referrals.models.data_quality import RightAsItIs
from referrals.models.deviation import DeviationReport
from referrals.models.digest import Digest
from referrals.models.draft import Draft
from referrals.models.geography import County, Governor, Municipality, MunicipalityChange, Population
from referrals.models.information import InformationRequest
from referrals.models.installation import Installation, Submission
from referrals.models.job import JobResult, JobState
from referrals.models.known import (
    ALL_KNOWN,
    Hindsight,
    KnownPause,
    KnownReferral,
    as_known_by,
    end_of,
    keys_as,
    looking_back,
    referrals_as,
)
from referrals.models.known_registers import register_as
from referrals.models.law import LawReference
from referrals.models.letter import LetterHead, LetterTemplate, SentLetter
from referrals.models.limits import SmallNumberLimit, ThinCoverageLimit
from referrals.models.official_statistics import StaffingDraft, StaffingFigure, StaffingImport
from referrals.models.open_data import OpenDataSwitch
from referrals.models.pause import PauseReview, WaitPause
from referrals.models.person import Person
from referrals.models.priority import Category, PriorityKey, PriorityTarget, PriorityTemplate, ReplyRule
from referrals.models.recipe import KeptRecipe
from referrals.models.referral import Referral
from referrals.models.risk import RiskEvent
from referrals.models.rollup import (
    EndedStat,
    EndMark,
    FlowStat,
    FrozenMonth,
    FrozenStat,
    Rank,
    RolledDay,
    RolledEnds,
    RolledFlow,
    StartStat,
    WaitMark,
    WaitStat,
)
from referrals.models.saved_view import SavedView
from referrals.models.shielding import Barring, Confidant, Opening
from referrals.models.unfilled import Leave, Vacancy
from referrals.models.units import Unit
from referrals.models.validation import Validation
from referrals.models.workforce import (
    CoverageAgreement,
    CoverageStatement,
    Employment,
    Occupation,
    Therapist,
)

__all__ = [
    "ALL_KNOWN",
    "AuditEvent",
    "Barring",
    "BulkAction",
    "BulkRow",
    "BoundaryArea",
    "BoundaryMap",
    "Category",
    "ChangeByName",
    "Confidant",
    "Contact",
    "County",
    "CoverageAgreement",
    "CoverageStatement",
    "Digest",
    "Draft",
    "Employment",
    "DeviationReport",
    "EndMark",
    "EndedStat",
    "FlowStat",
    "FrozenMonth",
    "FrozenStat",
    "Governor",
    "Hindsight",
    "InformationRequest",
    "Installation",
    "LawReference",
    "Leave",
    "LetterHead",
    "LetterTemplate",
    "LogSeal",
    "Membership",
    "JobResult",
    "JobState",
    "KeptRecipe",
    "KnownPause",
    "KnownReferral",
    "Municipality",
    "MunicipalityChange",
    "NumberSeries",
    "Occupation",
    "OpenDataSwitch",
    "Opening",
    "PauseReview",
    "Person",
    "Population",
    "PreliminaryReply",
    "PriorityKey",
    "PriorityTarget",
    "PriorityTemplate",
    "Referral",
    "ReferralEvent",
    "ReplyRule",
    "Rank",
    "RightAsItIs",
    "RiskEvent",
    "SavedView",
    "RolledDay",
    "RolledEnds",
    "RolledFlow",
    "SecurityEvent",
    "SentLetter",
    "SmallNumberLimit",
    "StaffingDraft",
    "StaffingFigure",
    "StaffingImport",
    "Submission",
    "Therapist",
    "ThinCoverageLimit",
    "Unit",
    "User",
    "Vacancy",
    "Validation",
    "ViewLog",
    "ViewLogPerson",
    "StartStat",
    "WaitMark",
    "WaitPause",
    "WaitStat",
    "access_from",
    "access_of",
    "as_known_by",
    "end_of",
    "keys_as",
    "looking_back",
    "memberships_of",
    "referrals_as",
    "register_as",
    "staff_of",
]
