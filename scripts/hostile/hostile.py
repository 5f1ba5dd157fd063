"""Requests that mean harm, sent to the service as it is built.

Every test asks at its end whether the service still answers others. What fails is named, and the
exit code is 1. Nothing but loopback is spoken to.
"""

import contextlib
import http.client
import json
import multiprocessing
import os
import pathlib
import re
import resource
import socket
import subprocess
import sys
import tempfile
import threading
import time

SANCTIONED = "0x098b716b8aaf21512996dc57eb0615e2383e2f96"
UNKNOWN = "0x2222222222222222222222222222222222222222"

TAGS = f"""title: Made for tests
creator: Hawkshaw
source: https://example.org/
confidence: authority_data
lastmod: 2022-04-14
label: Test entry
abuse: sanction
tags:
- address: "{SANCTIONED}"
  currency: ETH
- address: bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq
  currency: BTC
"""

# Short times, so that slow clients are dealt with while somebody waits for it.
CONFIGURATION = """listen = "127.0.0.1:0"
state = "{state}"
magic_addresses = true
[data]
tags = ["{tags}"]
[limits]
header_seconds = 2
body_seconds = 2
idle_seconds = 5
connections = 600
connections_per_address = 500
"""

# Memory that the service may take, whatever it is sent. A debug build with empty lists takes a
# tenth of it.
MEMORY_MAX = 400 << 20


class Service:
    """The service, started and stopped."""

    def __init__(self, program, folder):
        tags = folder / "tags.yaml"
        tags.write_text(TAGS)
        settings = folder / "hawkshaw.toml"
        settings.write_text(CONFIGURATION.format(state=folder / "state", tags=tags))
        self.log = open(folder / "log.txt", "wb")
        self.process = subprocess.Popen(
            [program, "serve", "--config", str(settings)],
            stdout=subprocess.PIPE,
            stderr=self.log,
            stdin=subprocess.DEVNULL,
        )
        self.port = None
        for line in self.process.stdout:
            found = re.search(rb"listening on http://127\.0\.0\.1:(\d+)", line)
            if found:
                self.port = int(found.group(1))
            if line.startswith(b"ready"):
                break
        if not self.port:
            self.log.close()
            sys.exit("the service did not start:\n" + (folder / "log.txt").read_text())

    def memory(self, what="VmRSS"):
        status = pathlib.Path(f"/proc/{self.process.pid}/status")
        if not status.exists():
            return 0
        found = re.search(rf"{what}:\s+(\d+) kB", status.read_text())
        return int(found.group(1)) * 1024 if found else 0

    def connect(self, timeout=10):
        return socket.create_connection(("127.0.0.1", self.port), timeout=timeout)

    def ask(self, path="/api/v1/address/" + UNKNOWN):
        """The status of a request of somebody decent."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        with contextlib.closing(connection):
            connection.request("GET", path)
            response = connection.getresponse()
            response.read()
            return response.status

    def raw(self, *parts, timeout=6):
        """Sends bytes on a connection of their own and reads until it ends or nothing comes."""
        answer = b""
        with contextlib.closing(self.connect(timeout)) as connection:
            try:
                for part in parts:
                    connection.sendall(part)
                while len(answer) < 1 << 20:
                    read = connection.recv(1 << 16)
                    if not read:
                        return answer, True
                    answer += read
            except (TimeoutError, socket.timeout):
                return answer, False
            except OSError:
                return answer, True
        return answer, False


def statuses(answer):
    return [int(code) for code in re.findall(rb"HTTP/1\.1 (\d{3}) ", answer)]


def expect(condition, what):
    if not condition:
        raise AssertionError(what)


def get(path, *headers):
    lines = [f"GET {path} HTTP/1.1", "Host: localhost", *headers, "", ""]
    return "\r\n".join(lines).encode("latin-1")


def post(path, body, *headers):
    head = [f"POST {path} HTTP/1.1", "Host: localhost", "Content-Type: application/json"]
    return "\r\n".join([*head, *headers, "", ""]).encode("latin-1") + body


def slow_loris(service):
    """Half-open heads hold nobody else up, and are closed."""
    halves = []
    for _ in range(300):
        half = service.connect()
        half.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
        halves.append(half)
    slowest = 0
    for turn in range(60):
        began = time.monotonic()
        expect(service.ask() == 200, "a decent request is answered meanwhile")
        slowest = max(slowest, time.monotonic() - began)
        for half in halves[turn::60]:
            with contextlib.suppress(OSError):
                half.sendall(b"x")
    expect(slowest < 2, f"a decent request took {slowest:.2f} s beside 300 half-open ones")
    deadline = time.monotonic() + 10
    open_still = list(halves)
    while open_still and time.monotonic() < deadline:
        time.sleep(0.2)
        open_still = [half for half in open_still if not is_closed(half)]
    for half in halves:
        half.close()
    expect(not open_still, f"{len(open_still)} of 300 half-open connections were not closed")
    return f"slowest decent request {slowest * 1000:.0f} ms"


def is_closed(connection):
    connection.setblocking(False)
    try:
        return connection.recv(4096) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


def slow_bodies(service):
    """Bodies that come byte by byte, or never, end with 408 or with the connection."""
    for path in ["/v1/screen/address", "/public/v1/sanctions/screening"]:
        began = time.monotonic()
        answer, _ = service.raw(post(path, b"[", "Content-Length: 1000"), timeout=15)
        took = time.monotonic() - began
        expect(took < 12, f"{path} waited {took:.0f} s for a body")
        expect(not statuses(answer) or statuses(answer)[0] in (408, 413), f"{path}: {answer[:80]}")


def endless_chunks(service):
    """A chunked body that never ends is cut off at the limit."""
    head = post("/public/v1/sanctions/screening", b"", "Transfer-Encoding: chunked")
    chunk = b"10000\r\n" + b" " * 65536 + b"\r\n"
    with contextlib.closing(service.connect()) as connection:
        connection.sendall(head)
        sent = 0
        try:
            while sent < 4000:
                connection.sendall(chunk)
                sent += 1
        except OSError:
            pass
    expect(sent < 4000, "250 MB of chunks were taken")
    return f"cut off after {sent * 64 // 1024} MB"


def bad_chunks(service):
    """Chunks that are none are refused."""
    for body in [b"zz\r\nabc\r\n", b"-1\r\n", b"ffffffffffffffffff\r\n", b"1\nx\n0\n\n",
                 b"5;" + b"x" * 100_000, b"1\r\nxx\r\n0\r\n\r\n"]:
        request = post("/v1/screen/address", body, "Transfer-Encoding: chunked")
        answer, is_over = service.raw(request)
        found = statuses(answer)
        expect(is_over or found, f"{body[:20]}: neither closed nor answered")
        expect(all(400 <= code < 500 for code in found), f"{body[:20]}: {found}")


def smuggling(service):
    """Of requests whose length is in doubt, nothing behind them is taken for a request."""
    hidden = get("/v1/lists")
    shapes = {
        "length and chunks": ["Content-Length: 6", "Transfer-Encoding: chunked"],
        "chunks and length": ["Transfer-Encoding: chunked", "Content-Length: 6"],
        "two lengths": ["Content-Length: 5", "Content-Length: 50"],
        "a list of lengths": ["Content-Length: 5, 50"],
        "a signed length": ["Content-Length: +5"],
        "a negative length": ["Content-Length: -5"],
        "a huge length": ["Content-Length: 99999999999999999999"],
        "unknown coding": ["Transfer-Encoding: xchunked"],
        "chunked not last": ["Transfer-Encoding: chunked, identity"],
        "coding hidden by a tab": ["Transfer-Encoding:\tchunked", "Content-Length: 6"],
        "space before the colon": ["Transfer-Encoding : chunked", "Content-Length: 6"],
        "a folded header": ["Transfer-Encoding:", " chunked", "Content-Length: 6"],
        "a bare carriage return": ["X: a\rTransfer-Encoding: chunked", "Content-Length: 6"],
    }
    for name, headers in shapes.items():
        answer, is_over = service.raw(
            post("/v1/screen/address", b"0\r\n\r\nX" + hidden, *headers), timeout=4
        )
        found = statuses(answer)
        expect(200 not in found, f"{name}: what was hidden was answered: {found}")
        expect(len(found) <= 1, f"{name}: {len(found)} answers to one request: {found}")
        expect(is_over, f"{name}: the connection stays open: {found}")


def heads(service):
    """Heads that are too long, too many or no heads are refused."""
    cases = {
        "many headers": get("/healthz", *[f"X-{n}: 1" for n in range(500)]),
        "a long header": get("/healthz", "X: " + "a" * 200_000),
        "a long target": get("/" + "a" * 200_000),
        "a target with NUL": b"GET /\0 HTTP/1.1\r\nHost: x\r\n\r\n",
        "a header with NUL": b"GET / HTTP/1.1\r\nHost: x\r\nX: \0\r\n\r\n",
        "no version": b"GET /\r\n\r\n",
        "version 9": b"GET / HTTP/9.9\r\nHost: x\r\n\r\n",
        "HTTP/2 at once": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 100,
        "noise": bytes(range(256)) * 8,
        "two hosts": b"GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    }
    for name, request in cases.items():
        answer, is_over = service.raw(request)
        found = statuses(answer)
        if name == "two hosts":
            continue
        expect(all(400 <= code < 506 for code in found), f"{name}: {found}")
        expect(500 not in found and (found or is_over), f"{name}: {found}")


def paths(service):
    """Paths that play tricks lead nowhere."""
    for path in ["/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/..%2f..%2fetc%2fpasswd",
                 "//etc/passwd", "/v1//screen", "/%", "/%zz", "/api/risk/v2/entities/%00",
                 "/api/v1/address/%ff", "/x?" + "a=b&" * 900, "http://example.org/healthz/x", "*"]:
        answer, _ = service.raw(get(path, "Connection: close"))
        found = statuses(answer)
        expect(found and all(400 <= code < 500 for code in found), f"{path[:40]}: {found}")
        expect(b"root:" not in answer, f"{path}: a file was given out")
    answer, _ = service.raw(get("/v1/screen/address/%00%252e", "Connection: close"))
    expect(b'"status":"invalid"' in answer, f"what is no address is told as such: {answer[-300:]}")


def pipelining(service):
    """Requests that do not wait for answers get all of them, in order."""
    wanted = [SANCTIONED if n % 3 == 0 else UNKNOWN for n in range(200)]
    requests = b"".join(get(f"/api/v1/address/{address}") for address in wanted[:-1])
    requests += get(f"/api/v1/address/{wanted[-1]}", "Connection: close")
    answer, _ = service.raw(requests)
    found = [b'"category":"sanctions"' in part for part in answer.split(b"HTTP/1.1 ")[1:]]
    expect(found == [address == SANCTIONED for address in wanted], f"{len(found)} answers")


def bodies(service):
    """JSON that is huge, deep or none is refused on every surface."""
    deep = b"[" * 100_000 + b"]" * 100_000
    wide = b"[" + b",".join([b'{"address":"x"}'] * 20_000) + b"]"
    routes = ["/v1/screen/address", "/v1/screen/batch", "/v1/screen/transfer", "/v1/transfers",
              "/public/v1/sanctions/screening", "/public/v2/screening/addresses",
              "/api/risk/v2/entities", "/api/kyt/v2/users/u/transfers"]
    for route in routes:
        for body in [deep, wide, b"\xff\xfe", b'"\\ud800"', b"1e999999", b"{" * 50_000,
                     b'{"address":"' + b"a" * 60_000 + b'"}', b""]:
            request = post(route, body, f"Content-Length: {len(body)}", "Connection: close")
            answer, _ = service.raw(request)
            found = statuses(answer)
            is_batch = route == "/v1/screen/batch" and found == [200]
            expect(is_batch or found and 400 <= found[0] < 500, f"{route} {body[:12]}: {found}")


def connection_flood(service):
    """Connections beyond the limit push out those that wait, and somebody new is answered."""
    flood = []
    for _ in range(900):
        with contextlib.suppress(OSError):
            flood.append(service.connect())
    time.sleep(0.5)
    closed = sum(is_closed(connection) for connection in flood)
    sockets = len(os.listdir(f"/proc/{service.process.pid}/fd"))
    expect(service.ask("/healthz") == 200, "somebody new is answered beside 900 connections")
    expect(closed >= 300, f"{closed} of 900 connections were closed, with a limit of 500")
    expect(sockets < 700, f"{sockets} files and sockets are open, with a limit of 500")
    for connection in flood:
        connection.close()
    return f"{closed} of 900 closed"


def hammer(port, seconds, counts):
    """Asks as fast as it can over one connection, 50 requests at a time."""
    request = get(f"/api/v1/address/{UNKNOWN}") * 50
    done = 0
    deadline = time.monotonic() + seconds
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        while time.monotonic() < deadline:
            connection.sendall(request)
            found = 0
            while found < 50:
                found += connection.recv(1 << 18).count(b"HTTP/1.1 ")
            done += 50
    counts.put(done)


def flood(service):
    """As many requests as come leave memory where it was, and others get their answers."""
    before, seconds = service.memory(), 8
    counts = multiprocessing.Queue()
    workers = [
        multiprocessing.Process(target=hammer, args=(service.port, seconds, counts))
        for _ in range(8)
    ]
    for worker in workers:
        worker.start()
    slowest = peak = asked = 0
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        began = time.monotonic()
        expect(service.ask() in (200, 429, 503), "somebody decent gets an answer")
        slowest = max(slowest, time.monotonic() - began)
        peak = max(peak, service.memory())
        asked += 1
        time.sleep(0.05)
    for worker in workers:
        worker.join(20)
        expect(worker.exitcode == 0, "a client of the flood lost its connection")
    done = sum(counts.get() for _ in workers)
    growth = peak - before
    expect(growth < 100 << 20, f"memory grew by {growth >> 20} MB")
    expect(slowest < 5, f"somebody decent waited {slowest:.1f} s")
    rate = done // seconds
    return f"{rate} requests/s, slowest other {slowest * 1000:.0f} ms, memory +{growth >> 20} MB"


def schema(service, program, seconds=60):
    """What schemathesis makes of the description of the API."""
    run = generate(service, program, "examples,coverage,fuzzing", seconds)
    told = ""
    if "FAILURES" not in run.stdout and "Runtime Error" in run.stdout:
        # It met a fault of its own, as its coverage phase does with some versions of Python.
        run = generate(service, program, "examples,fuzzing", seconds // 2)
        told = ", without its coverage phase, which failed by itself"
    expect(run.returncode == 0, run.stdout[-6000:] + run.stderr[-2000:])
    found = re.search(r"(\d+) generated", run.stdout)
    return f"{found.group(1) if found else 'no'} requests{told}"


def generate(service, program, phases, seconds):
    checks = ("not_a_server_error,status_code_conformance,content_type_conformance,"
              "response_schema_conformance,response_headers_conformance")
    command = [
        program, "run", f"http://127.0.0.1:{service.port}/openapi.json",
        "--checks", checks, "--phases", phases, "--workers", "1", "--max-time", str(seconds),
        "--max-examples", "25", "--continue-on-failure", "--suppress-health-check", "all",
        "--warnings", "off", "--seed", "1", "--request-timeout", "10",
        "--generation-database", "none", "--exclude-operation-id", "reload",
    ]
    with tempfile.TemporaryDirectory() as folder:
        return subprocess.run(command, cwd=folder, capture_output=True, text=True,
                              timeout=seconds + 30)


def main(program, schemathesis):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192), hard))
    tests = [slow_loris, slow_bodies, endless_chunks, bad_chunks, smuggling, heads, paths,
             pipelining, bodies, connection_flood, flood]
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        service = Service(program, pathlib.Path(folder))
        if schemathesis:
            tests.append(lambda service: schema(service, schemathesis))
            tests[-1].__doc__ = schema.__doc__
        for test in tests:
            began = time.monotonic()
            try:
                told = test(service) or ""
                expect(service.process.poll() is None, "the service ended")
                expect(service.ask("/healthz") == 200, "the service no longer answers")
                peak = service.memory("VmHWM")
                expect(peak < MEMORY_MAX, f"the service took {peak >> 20} MB")
                verdict = "ok"
            except Exception as error:  # noqa: BLE001 - whatever it is, it is told
                failed += 1
                verdict, told = "FAILED", f"{type(error).__name__}: {error}"
            took = time.monotonic() - began
            print(f"   {verdict:6} {test.__doc__.strip()} ({took:.1f} s) {told}", flush=True)
        peak = service.memory("VmHWM")
        service.process.terminate()
        code = service.process.wait(30)
        text = (pathlib.Path(folder) / "log.txt").read_text(errors="replace")
        if code != 0 or "bug in hawkshaw" in text or "fault of the program" in text:
            failed += 1
            print(f"   FAILED the service ended with {code}; its last words:\n{text[-3000:]}")
    print(f"{len(tests) - min(failed, len(tests))} passed, {failed} failed")
    print(f"   the most memory that the service took: {peak >> 20} MB")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else ""))
