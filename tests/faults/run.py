#!/usr/bin/env python3
"""What happens when the machine under the program fails, tried for real (docs/reliability.md).

Usage: tests/faults/run.py [BINARY]      (default target/debug/banano-ws)

Needs Linux, and root or user namespaces for the small file system. Prints a line for each case and ends
with a non-zero code at the first that is not as it should be. Uses only the loopback interface.
"""

import base64, json, os, re, resource, signal, socket, struct, subprocess, sys, tempfile, time
import urllib.request

BINARY = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else "target/debug/banano-ws")
PATIENCE = 60


class Program:
    """A dev network that runs."""

    def __init__(self, *arguments, files=None):
        limit = (lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))) if files else None
        ports = ["--listen", "127.0.0.1:0", "--rpc-listen", "127.0.0.1:0"]
        self.process = subprocess.Popen(
            [BINARY, "dev", *ports, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True, preexec_fn=limit)
        self.banner = ""
        while "Ready in" not in self.banner:
            line = self.process.stdout.readline()
            if not line:
                raise AssertionError("it did not start: " + self.process.stderr.read())
            self.banner += line
        self.ws = self.port("WebSocket")
        self.rpc = self.port("RPC")

    def port(self, label):
        return int(re.search(label + r"\s+\w+://127\.0\.0\.1:(\d+)", self.banner)[1])

    def ask(self, **request):
        body = json.dumps(request).encode()
        with urllib.request.urlopen(f"http://127.0.0.1:{self.rpc}", body, PATIENCE) as answer:
            return json.load(answer)

    def metric(self, name):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.ws}/metrics", None, PATIENCE) as answer:
            text = answer.read().decode()
        return float(re.search("^" + re.escape(name) + r" (\S+)$", text, re.M)[1])

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        return self.ended()

    def ended(self):
        _, errors = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, errors


class Client:
    """A WebSocket client of a few lines, so that nothing has to be installed."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), PATIENCE)
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall((
            "GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n").encode())
        self.file = self.socket.makefile("rb")
        assert b" 101 " in self.file.readline(), "no WebSocket"
        while self.file.readline() != b"\r\n":
            pass

    def send(self, **message):
        text = json.dumps(message).encode()
        length = bytes([0x80 | len(text)]) if len(text) < 126 else b"\xfe" + struct.pack(">H", len(text))
        self.socket.sendall(b"\x81" + length + bytes(4) + text)

    def next(self):
        """The next message; none at the end of the stream or a close."""
        while True:
            head = self.file.read(2)
            if len(head) < 2 or head[0] & 15 == 8:
                return None
            length = head[1]
            if length == 126:
                length = struct.unpack(">H", self.file.read(2))[0]
            elif length == 127:
                length = struct.unpack(">Q", self.file.read(8))[0]
            payload = self.file.read(length)
            if head[0] & 15 == 1:
                return json.loads(payload)

    def subscribe(self, **more):
        self.send(action="subscribe", topic="confirmation", ack=True, cursor=True, **more)
        return self.next()


def until(what, condition):
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, what
        time.sleep(0.05)


def report(case, outcome):
    print(f"ok  {case:<16}  {outcome}", flush=True)


def disk_full():
    """The folder is on a file system of 48 MiB, which generated traffic fills."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", folder], check=True)
        try:
            program = Program("--nodes", "1", "--data", folder)
            client = Client(program.ws)
            ack = client.subscribe()
            # Leaves less room than the traffic needs in a few seconds.
            with open(os.path.join(folder, "ballast"), "wb") as ballast:
                room = os.statvfs(folder)
                ballast.write(bytes(max(0, room.f_bavail * room.f_bsize - (2 << 20))))
            account = re.search(r"ban_\w+", program.banner)[0]
            seen = []
            try:
                while program.process.poll() is None:
                    program.ask(action="dev_faucet", account=account)
            except OSError:
                pass
            while message := client.next():
                if message.get("topic") == "confirmation":
                    seen.append((message["cursor"], message["message"]["hash"]))
            code, errors = program.ended()
            assert code == 1 and "No space left on device" in errors, (code, errors)
            assert seen, "nothing was confirmed before"
            os.remove(os.path.join(folder, "ballast"))
            again = Program("--nodes", "1", "--data", folder)
            for _, block in seen:
                info = again.ask(action="block_info", hash=block)
                assert info.get("confirmed") == "true", (block, info)
            client = Client(again.ws)
            resumed = client.subscribe(since=ack["cursor"])
            assert resumed.get("ack") == "subscribe", resumed
            replayed = [client.next() for _ in seen]
            assert [it["message"]["hash"] for it in replayed] == [block for _, block in seen]
            paid = again.ask(action="dev_faucet", account=account)
            assert "error" not in paid, paid
            code, errors = again.end()
            assert code == 0, errors
            report("disk full", f"ends with code 1 and says so; all {len(seen)} blocks that were told "
                   "as confirmed are there after the next start, and replayed from a cursor of before")
        finally:
            subprocess.run(["umount", folder], check=True)


def descriptors():
    """Fewer descriptors than clients."""
    program = Program("--nodes", "1", files=128)
    first = Client(program.ws)
    first.subscribe()
    crowd = []
    for _ in range(150):
        crowd.append(socket.create_connection(("127.0.0.1", program.ws), PATIENCE))
    # `/metrics` needs a descriptor as well, so the first client has to show that it is served.
    first.send(action="ping", id="still served")
    while first.next().get("id") != "still served":
        pass
    for stranger in crowd:
        stranger.close()
    last = Client(program.ws)
    assert last.subscribe().get("ack") == "subscribe"
    refused = program.metric('banano_ws_accepts_failed_total')
    assert refused > 0, "it never ran out"
    code, errors = program.end()
    assert code == 0 and "cannot accept connections" in errors, (code, errors)
    report("descriptors", "who is connected is served on; new clients wait and get in when others left")


def killed():
    """kill -9 in the middle of traffic."""
    with tempfile.TemporaryDirectory() as folder:
        program = Program("--nodes", "1", "--data", folder, "--activity", "200")
        client = Client(program.ws)
        ack = client.subscribe()
        seen = [client.next()["message"]["hash"] for _ in range(200)]
        program.process.kill()
        program.ended()
        again = Program("--nodes", "1", "--data", folder)
        client = Client(again.ws)
        assert client.subscribe(since=ack["cursor"]).get("ack") == "subscribe"
        replayed = [client.next()["message"]["hash"] for _ in seen]
        assert replayed == seen
        code, errors = again.end()
        assert code == 0, errors
        report("kill -9", f"all {len(seen)} events that were seen are replayed in the same order")


def main():
    if os.geteuid() != 0 and "FAULTS_INSIDE" not in os.environ:
        os.environ["FAULTS_INSIDE"] = "yes"
        os.execvp("unshare", ["unshare", "-rm", sys.executable, *sys.argv])
    for case in (killed, descriptors, disk_full):
        case()


main()
