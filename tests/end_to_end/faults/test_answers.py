"""What HTTP servers answer, each class of statuses and each way of getting an answer wrong, to each destination type that
speaks HTTP. What is asked for stands in the tables of tapferry-http(7), tapferry-splunk-hec(7) and tapferry-elasticsearch(7)."""
import email.utils
import time

import pytest

from lab.process import wait_until
from lab.siege import AcknowledgingHec, Elastic, Hec, Siege, Web, script_lasts
from lab.traffic import send
from lab.web_script import answer, endless

pytestmark = pytest.mark.slow

WAYS = {"http": Web, "hec": Hec, "hec-acknowledged": AcknowledgingHec, "elasticsearch": Elastic}
to_each = pytest.mark.parametrize("way", ["http", "hec", "elasticsearch"], indirect=True)
PAGE = "<html><head><title>Portal</title></head><body><h1>Please log in</h1></body></html>"


@pytest.fixture
def way(request, world):
    return WAYS[request.param](world)


def is_answered(world, way, said, **expected):
    """`said`: bytes, or what makes an iterator of them, for each request."""
    siege = Siege(world, way)
    script_lasts(siege, (lambda _: said) if isinstance(said, bytes) else lambda _: said(), **expected)
    siege.over()


def statuses(every, some):
    """Every one of them to http, and some to those whose answers have words of their own."""
    return pytest.mark.parametrize("way, status", [*[("http", status) for status in every],
                                                   *[(way, status) for way in ("hec", "elasticsearch") for status in some]],
                                   indirect=["way"])


@statuses([408, 429, 500, 502, 503, 504], some=[503])
def test_what_passes_is_tried_again(world, way, status):
    is_answered(world, way, answer(status, PAGE), words=f": {status}: Portal")


@statuses([301, 307, 401, 403, 404, 407], some=[307, 401])
def test_what_a_person_must_change_waits_and_costs_nothing(world, way, status):
    is_answered(world, way, answer(status, PAGE, "Location: http://127.0.0.1:1/elsewhere"), words=f": {status}: Portal", person=True,
                tries=3)


@pytest.mark.parametrize("way, body, person", [
    ("hec", PAGE, True), ("hec", "", True), ("hec", '{"text":"Success"}', True), ("hec-acknowledged", '{"code":0', True),
    ("elasticsearch", PAGE, False), ("elasticsearch", "", False), ("elasticsearch", '{"errors":false}', False),
    ("elasticsearch", '{"errors":false,"items":[{"create":{"status":201}}]}', False)], indirect=["way"])
def test_a_200_that_does_not_say_what_a_collector_says_is_not_believed(world, way, body, person):
    is_answered(world, way, answer(200, body), person=person, tries=3)


@pytest.mark.parametrize("way, person", [("hec", True), ("elasticsearch", False)], indirect=["way"])
def test_nor_is_a_204(world, way, person):
    is_answered(world, way, answer(204), person=person, tries=3)


@pytest.mark.parametrize("said", [answer(200, PAGE), answer(204), answer(202, "queued"), b"HTTP/1.1 100 Continue\r\n\r\n" + answer(200),
                                  answer(200, b"", "Connection: close")], ids=["page", "204", "202", "100-continue", "close"])
def test_to_http_every_2xx_is_a_yes_and_its_body_is_nobodys_matter(world, said):
    siege = Siege(world, Web(world))
    receiver = siege.way.receiver
    take = receiver.take

    def say(request):
        take(request)
        return said
    receiver.take = say
    send(world, siege.agent, 1000)
    siege.check_neighbours()
    siege.over(told=0)
    assert len(siege.way.ids()) == len(set(siege.way.ids()))


ENDLESS = {
    "header": (lambda: endless(b"HTTP/1.1 200 OK\r\n", b"X-More: " + b"x" * 4000 + b"\r\n"), "header of its answer is longer than"),
    "header-line": (lambda: endless(b"HTTP/1.1 200 OK\r\nX-More: ", b"x" * 60000), "header of its answer"),
    "chunks": (lambda: endless(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"ffff\r\n" + b"x" * 65535 + b"\r\n"),
               "its answer is longer than"),
    "body": (lambda: endless(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 60000), "its answer is longer than"),
    "continue": (lambda: endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100), "sends only interim answers"),
    "length": (lambda: [answer(200, "", length=1 << 60)], "its answer is longer than"),
}


@pytest.mark.parametrize("which", ENDLESS)
def test_answers_that_never_end_are_cut_off(world, which):
    said, words = ENDLESS[which]
    is_answered(world, Web(world), said, words=words)


BROKEN = {
    "short": (answer(200, "{}", length=100), "no answer in time"),
    "negative": (b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "not HTTP/1.1"),
    "chunk": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "not HTTP/1.1"),
    "status": (b"HTTP/1.1 2x0 OK\r\n\r\n", "not HTTP/1.1"),
    "ssh": (b"SSH-2.0-OpenSSH_9.2\r\n", "not HTTP/1.1"),
    "upgrade": (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", "changes to another protocol"),
}


@pytest.mark.parametrize("which", BROKEN)
def test_an_answer_that_is_none_is_told_and_the_events_go_again(world, which):
    said, words = BROKEN[which]
    is_answered(world, Web(world), said, words=words)


def test_more_than_an_answer_was_to_have_is_not_the_next_one(world):
    """Its Content-Length is too small: what is behind it is nobody's."""
    siege = Siege(world, Web(world))
    receiver = siege.way.receiver
    take = receiver.take
    receiver.take = lambda request: take(request) + answer(503)
    send(world, siege.agent, 1000)
    siege.check_neighbours()
    siege.over(told=0)


@to_each
def test_a_server_that_hangs_up_behind_each_answer_loses_and_repeats_nothing(world, way):
    siege = Siege(world, way)
    way.receiver.hangs_up = True
    for _ in range(5):
        send(world, siege.agent, 300)
        siege.agent.wait_settled()
    siege.over(told=0)
    assert len(way.ids()) == len(set(way.ids()))


def limited(retry_after):
    return answer(429, "slowly", f"Retry-After: {retry_after}")


@pytest.mark.parametrize("retry_after", ["1", "-5", "soon", "Fri, 99 Foo 2026 99:99:99 GMT", "99999999999999999999999"])
def test_what_a_retry_after_means_or_not_the_events_arrive(world, retry_after):
    is_answered(world, Web(world), limited(retry_after), words=": 429: slowly", tries=2)


def test_a_retry_after_may_be_a_date(world):
    is_answered(world, Web(world), limited(email.utils.formatdate(time.time() + 2, usegmt=True)), tries=1)


@pytest.mark.parametrize("retry_after", ["86400", "Fri, 31 Dec 2100 23:59:59 GMT"], ids=["seconds", "date"])
def test_a_huge_retry_after_holds_up_neither_the_others_nor_the_end(world, retry_after):
    siege = Siege(world, Web(world))
    asked = siege.way.receiver.requests
    script_lasts(siege, lambda _: limited(retry_after), tries=1)
    assert siege.way.receiver.requests <= asked + 2, "it is left alone"
    assert siege.agent.stop()[0] == 0
    siege.agent.start()
    siege.agent.wait_settled()
    assert len(set(siege.way.ids())) == 1200 and siege.siem()["dead_lettered"] == 0


@to_each
def test_bodies_that_are_too_large_are_halved_and_nothing_is_told(world, way):
    siege = Siege(world, way)
    way.receiver.script = lambda request: answer(413, PAGE) if len(request.packed) > 3000 else None
    send(world, siege.agent, 1000)
    siege.check_neighbours()
    siege.over(told=0)
    assert len(way.ids()) == len(set(way.ids()))


@pytest.mark.parametrize("way, said", [
    ("http", answer(400, "no")), ("http", answer(422, "no")), ("hec", answer(400, '{"text":"Invalid data format","code":6}')),
    ("elasticsearch", answer(400, '{"error":{"type":"parse_exception","reason":"no"}}'))], indirect=["way"])
def test_a_400_costs_the_event_that_is_meant_and_no_other(world, way, said):
    siege = Siege(world, way, "dead_letter = { hold_above = 1 }")
    bad = b"n7.test"
    way.receiver.script = lambda request: said if bad in request.body else None
    send(world, siege.agent, 1000)
    siege.check_neighbours()
    siege.agent.wait_settled()
    assert siege.siem()["dead_lettered"] == 1
    assert len(way.ids()) == len(set(way.ids())) == 200 + 999


@pytest.mark.parametrize("way", ["http", "elasticsearch"], indirect=True)
def test_when_everything_is_refused_it_is_held_and_told_once(world, way):
    """What was refused until then is kept as dead letters."""
    siege = Siege(world, way)
    way.receiver.script = lambda request: answer(400, '{"error":{"type":"parse_exception","reason":"no"}}')
    send(world, siege.agent, 1000)
    siege.check_neighbours()
    wait_until(lambda: siege.siem()["state"] == "held", "it is held")
    asked = way.receiver.requests
    wait_until(lambda: way.receiver.requests > asked + 3, "it is tried now and then")
    assert siege.agent.http("/readyz")[0] == 503
    (told,) = siege.told()
    assert told.startswith("held: too many records are refused")
    way.receiver.script = None
    siege.agent.wait_settled()
    siem = siege.siem()
    assert siem["delivered"] + siem["dead_lettered"] == 1200 and siem["dead_lettered"] < 100, siem
    assert len(way.ids()) == len(set(way.ids())) == siem["delivered"]
    assert siege.told()[1:] == ["no longer held"]


@pytest.mark.parametrize("status, code", [(403, 1), (401, 3), (400, 7), (400, 10)])
def test_what_splunk_says_of_token_and_index_waits_for_a_person(world, status, code):
    is_answered(world, Hec(world), answer(status, f'{{"text":"scripted","code":{code}}}'), words=f"scripted (code {code})",
                person=True, tries=3)


@pytest.mark.parametrize("status, code", [(503, 9), (400, 11), (503, 23), (429, 26)])
def test_what_splunk_says_of_its_health_is_waited_for(world, status, code):
    is_answered(world, Hec(world), answer(status, f'{{"text":"scripted","code":{code}}}'), words=f"scripted (code {code})", tries=3)


def test_batches_that_the_indexer_forgets_go_again(world):
    siege = Siege(world, AcknowledgingHec(world))
    splunk = siege.way.receiver
    splunk.indexes = False
    send(world, siege.agent, 1000)
    siege.check_neighbours()
    wait_until(lambda: siege.siem()["in_flight"] == 1000, "it has taken all of it")
    splunk.forget()
    splunk.indexes = True
    siege.over()


ITEMS = {
    "rejected": (429, "es_rejected_execution_exception", False), "unavailable": (503, "unavailable_shards_exception", False),
    "blocked": (429, "cluster_block_exception", True), "closed": (400, "index_closed_exception", True),
    "missing": (404, "index_not_found_exception", True), "secured": (403, "security_exception", True),
}


@pytest.mark.parametrize("which", ITEMS)
def test_documents_that_are_not_created_go_again_alone(world, which):
    """A 200 with errors: every other document is stored, and is not sent again."""
    status, kind, person = ITEMS[which]
    siege = Siege(world, Elastic(world))
    elastic = siege.way.receiver
    elastic.verdict = lambda name: (status, kind) if int(name[16:], 16) % 2 else None
    siege.lasts(words=f"{status}: {kind}", person=person, tries=3)
    elastic.verdict = lambda name: None
    siege.over()
    assert len(siege.way.ids()) == len(set(siege.way.ids()))


def test_documents_that_do_not_fit_are_dead_letters_and_the_others_are_stored(world):
    siege = Siege(world, Elastic(world))
    siege.way.receiver.verdict = lambda name: (400, "mapper_parsing_exception") if int(name[16:], 16) in (300, 700, 701) else None
    send(world, siege.agent, 1000)
    siege.check_neighbours()
    siege.over(told=0, dead=3)
