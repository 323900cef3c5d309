"""What the boards say: reports turned into cards, charts and one plain sentence each. Templates only draw it.

A board takes finished reports and addresses and never counts anything itself: what stands on it is what the report
says.
"""
