from referrals.charts.scatter import Spot, scatter


def test_dots_lie_between_the_axes_and_more_is_further_right_and_up():
    drawn = scatter([Spot(0, 0, "least"), Spot(4, 10, "middle"), Spot(8, 20, "most")])
    least, middle, most = drawn.dots
    assert (least.x, least.y) == (drawn.frame.left, drawn.frame.plot_bottom)
    assert least.x < middle.x < most.x <= drawn.frame.plot_right
    assert least.y > middle.y > most.y >= drawn.frame.top
    assert (drawn.x_ticks[0].value, drawn.y_ticks[0].value) == (0, 0)


def test_no_spot_is_an_empty_chart():
    assert scatter([]).is_empty
    assert len(scatter([Spot(0, 0, "alone")]).dots) == 1
