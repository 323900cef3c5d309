"""What is thrown away when it has served: of what somebody has written only drafts."""

from datetime import datetime

from referrals.models import Draft, Submission


def forget_submissions(*, before: datetime) -> int:
    """Forget the keys of forms that were saved before an instant, in the municipalities in scope; how many."""
    return Submission.objects.filter(created_at__lt=before).delete()[0]


def forget_drafts(*, before: datetime) -> int:
    """Forget drafts saved last before an instant, and any that were registered, in the municipalities in scope."""
    return Draft.objects.served(before=before).delete()[0]
