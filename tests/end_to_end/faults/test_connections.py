"""What befalls connections: a proxy does it to each destination type, in front of its receiver. Two other destinations must
not notice; nothing is lost; and one line of the log says that it began, one that it is over."""
import pytest

from lab import fault_proxy as faults
from lab.oracle import check_ledger
from lab.process import wait_until
from lab.siege import AcknowledgingHec, Datagrams, Elastic, Fluent, Hec, Lines, Relp, SecureSyslog, Siege, Syslog, Web
from lab.traffic import send

pytestmark = pytest.mark.slow

WAYS = {"tcp": Lines, "syslog": Syslog, "syslog-tls": SecureSyslog, "relp": Relp, "fluent": Fluent, "hec": Hec,
        "hec-acknowledged": AcknowledgingHec, "elasticsearch": Elastic, "http": Web}
# What a receiver of each says, as somebody else would who listens there by mistake.
GARBAGE = b"220 mail.test ESMTP\r\n"


@pytest.fixture
def way(request, world, certificates):
    made = WAYS[request.param]
    return made(world, certificates) if issubclass(made, Syslog) else made(world)


def to(*ways):
    return pytest.mark.parametrize("way", ways, indirect=True)


def befalls(world, way, fault, lines=1, **expected):
    """`lines`: of the log until it is over, one for each change of state."""
    siege = Siege(world, way)
    siege.proxy.become(fault)
    siege.lasts(lines=lines, **expected)
    siege.heal()
    siege.over(lines + 1)


@to(*WAYS)
def test_a_port_that_is_closed_is_tried_until_it_is_open(world, way):
    befalls(world, way, faults.REFUSED, words="Connection refused")


@to("tcp", "syslog-tls", "relp", "hec")
def test_who_resets_each_connection_at_once_is_tried_again(world, way):
    befalls(world, way, faults.RESET)


@to("tcp", "syslog", "syslog-tls", "relp", "fluent", "http")
def test_a_connection_that_is_reset_in_the_middle_of_a_message_costs_repeats_alone(world, way):
    befalls(world, way, faults.reset_after(3001))


@to("elasticsearch")
def test_who_resets_large_bodies_alone_gets_small_ones_and_not_a_line_for_each(world, way):
    siege = Siege(world, way)
    siege.proxy.become(faults.reset_after(3001))    # packed, a hundred events are less
    send(world, siege.agent, 3000)
    siege.check_neighbours()
    wait_until(lambda: siege.tries() > 20, "it comes and goes")
    siege.heal()
    siege.over(told=None)
    assert len(siege.told()) <= 10
    assert len(way.ids()) == len(set(way.ids()))


@to("tcp", "fluent", "http")
def test_a_connection_that_ends_in_good_order_in_the_middle_of_a_message_costs_repeats_alone(world, way):
    befalls(world, way, faults.truncated(3001))


@to("tcp", "relp", "fluent")
def test_who_takes_and_then_hangs_up_each_time_is_tried_again(world, way):
    befalls(world, way, faults.HANGS_UP)


@to("tcp", "http")
def test_who_accepts_and_reads_nothing_is_told_of_and_gets_everything_when_it_reads(world, way):
    befalls(world, way, faults.HALF_OPEN, tries=1)


@to("relp", "hec")
def test_who_takes_everything_and_answers_nothing_is_told_of(world, way):
    befalls(world, way, faults.SILENT, tries=1)


def test_what_a_silent_one_has_swallowed_goes_again_within_the_replay_window(world):
    """TCP confirms nothing: only the window does."""
    siege = Siege(world, Lines(world, window="30s"), before=0)
    siege.proxy.become(faults.SILENT)
    send(world, siege.agent, 1000)
    siege.check_neighbours()
    wait_until(lambda: siege.siem()["in_flight"] == 1000, "it has taken everything")
    assert siege.siem()["delivered"] == 0 and siege.siem()["pending"] == 1000
    siege.heal()
    wait_until(lambda: len(set(siege.way.ids())) == 1000, "all of it comes again")
    assert len(siege.told()) == 1 and siege.told()[0].startswith("retrying: ")


@to("fluent", "hec-acknowledged", "elasticsearch", "http")
def test_answers_that_never_come_back_cost_repeats_of_what_was_under_way_alone(world, way):
    befalls(world, way, faults.MUTE, tries=1)


@to("relp", "elasticsearch", "http")
def test_answers_that_are_cut_off_are_no_answers(world, way):
    befalls(world, way, faults.answers_cut(7))


@to("hec", "http", "relp")
def test_answers_that_are_late_are_answers(world, way):
    siege = Siege(world, way)
    siege.proxy.become(faults.delayed(0.1))
    send(world, siege.agent, 1000)
    siege.check_neighbours()
    siege.over(told=0)
    assert len(way.ids()) == len(set(way.ids()))


def check_slowness(world, way, rate, more=""):
    siege = Siege(world, way, more)
    siege.proxy.become(faults.slow(rate))
    send(world, siege.agent, 1000)
    siege.check_neighbours()
    assert siege.siem()["pending"] > 0
    wait_until(lambda: siege.siem()["delivered"] > 200, "it gets on")
    siege.heal()
    siege.over(told=0)
    assert len(way.ids()) == len(set(way.ids()))


@to("tcp", "relp")
def test_who_is_slow_is_not_taken_for_dead_and_holds_up_nobody(world, way):
    check_slowness(world, way, 80_000)


def test_a_server_may_take_longer_for_a_body_than_the_time_out_as_long_as_it_takes_some(world):
    way = Web(world)
    way.timeout = "2s"
    check_slowness(world, way, 40_000)


@to("syslog", "http")
def test_a_network_that_goes_dark_is_noticed_and_loses_nothing(world, way):
    befalls(world, way, faults.DARK, tries=1)


def test_a_network_that_is_dark_for_a_moment_costs_nothing(world):
    siege = Siege(world, Lines(world))
    siege.proxy.become(faults.DARK)
    send(world, siege.agent, 1000)
    siege.check_neighbours()
    assert siege.siem()["pending"] >= 1000
    siege.heal()
    siege.over(told=0)
    assert len(siege.way.ids()) == len(set(siege.way.ids()))


@pytest.mark.parametrize("way, words", [("fluent", "forward protocol"), ("elasticsearch", "not HTTP/1.1"), ("http", "not HTTP/1.1")],
                         indirect=["way"])
def test_who_answers_as_something_else_is_told_of(world, way, words):
    befalls(world, way, faults.says(GARBAGE), words=words)


@to("fluent", "http")
def test_answers_without_an_end_are_cut_off(world, way):
    befalls(world, way, faults.says(b"1" * 60000, endless=True))


@pytest.mark.parametrize("endless", [False, True], ids=["once", "endless"])
def test_who_does_not_begin_to_speak_relp_is_a_matter_for_a_person(world, certificates, endless):
    """In the middle of a session it may be an accident: that is another state, and another line."""
    befalls(world, Relp(world, certificates), faults.says(GARBAGE, endless), words="which is not RELP", person=True, lines=2)


@pytest.mark.parametrize("kind", ["udp", "syslog"])
def test_datagrams_that_are_refused_wait_and_each_comes_once(world, kind):
    siege = Siege(world, Datagrams(world, kind))
    siege.proxy.refuse()
    siege.lasts(words="Connection refused", count=300)
    siege.proxy.listen()
    siege.over()
    assert len(siege.way.ids()) == len(set(siege.way.ids()))


def test_datagrams_that_vanish_are_gone_and_hold_up_nobody(world):
    """UDP confirms nothing, and says nothing."""
    siege = Siege(world, Datagrams(world))
    siege.proxy.swallows = True
    send(world, siege.agent, 300)
    siege.check_neighbours()
    siege.agent.wait_settled()
    siege.proxy.swallows = False
    send(world, siege.agent, 100)
    siege.agent.wait_settled()
    wait_until(lambda: len(siege.way.ids()) == 300, "what is not swallowed comes")
    assert {int(one[16:], 16) for one in siege.way.ids()} == {*range(1, 201), *range(501, 601)}
    assert siege.siem()["delivered"] == 600 and not siege.told()
    check_ledger(siege.agent.status())
