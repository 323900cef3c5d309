"""Fictitious objects for tests, one factory a model, with traits for the states a referral can be in.

Days are counted back from `TODAY`. Factories write rows as they would stand, without history; a test that is about
history makes its referrals with the actions.
"""

from tests.factories.cases import (
    ContactFactory,
    NumberSeriesFactory,
    OfReferralFactory,
    PersonFactory,
    PreliminaryReplyFactory,
    ReferralEventFactory,
    ReferralFactory,
    SubmissionFactory,
    WaitPauseFactory,
    identifier_of,
)
from tests.factories.days import (
    LONG_AGO,
    NOW,
    TODAY,
    days_ago,
    noon,
)
from tests.factories.limits import OpenDataSwitchFactory, SmallNumberLimitFactory, ThinCoverageLimitFactory
from tests.factories.people import (
    PASSWORD,
    CoverageAgreementFactory,
    CoverageStatementFactory,
    EmploymentFactory,
    LeaveFactory,
    MembershipFactory,
    OccupationFactory,
    StaffingFigureFactory,
    StaffingImportFactory,
    TherapistFactory,
    UserFactory,
    VacancyFactory,
)
from tests.factories.places import (
    BoundaryAreaFactory,
    BoundaryMapFactory,
    CountyFactory,
    GovernorFactory,
    InstallationFactory,
    MunicipalityChangeFactory,
    MunicipalityFactory,
    PopulationFactory,
    UnitFactory,
)
from tests.factories.priority import (
    TARGET_DAYS,
    CategoryFactory,
    PriorityKeyFactory,
    PriorityTargetFactory,
    give_template_key,
)
from tests.factories.shielding import (
    BarringFactory,
    ConfidantFactory,
    OpeningFactory,
)

__all__ = [
    "BoundaryAreaFactory",
    "BoundaryMapFactory",
    "BarringFactory",
    "CategoryFactory",
    "ConfidantFactory",
    "ContactFactory",
    "CountyFactory",
    "CoverageAgreementFactory",
    "CoverageStatementFactory",
    "EmploymentFactory",
    "GovernorFactory",
    "InstallationFactory",
    "LONG_AGO",
    "LeaveFactory",
    "MembershipFactory",
    "MunicipalityChangeFactory",
    "MunicipalityFactory",
    "NOW",
    "NumberSeriesFactory",
    "OccupationFactory",
    "OfReferralFactory",
    "OpeningFactory",
    "PASSWORD",
    "OpenDataSwitchFactory",
    "PersonFactory",
    "PopulationFactory",
    "PreliminaryReplyFactory",
    "PriorityKeyFactory",
    "PriorityTargetFactory",
    "ReferralEventFactory",
    "ReferralFactory",
    "SmallNumberLimitFactory",
    "StaffingFigureFactory",
    "StaffingImportFactory",
    "SubmissionFactory",
    "TARGET_DAYS",
    "TODAY",
    "TherapistFactory",
    "ThinCoverageLimitFactory",
    "UnitFactory",
    "UserFactory",
    "VacancyFactory",
    "WaitPauseFactory",
    "days_ago",
    "give_template_key",
    "identifier_of",
    "noon",
]
