"""Clients that do not read, for the bench `slow`. In Python, because Node can not make a socket's buffers small.

With buffers of the usual size the kernels of both ends take up to 4 MB of each connection before the gateway sees that nobody
reads. Here they take some 32 KB. Reads one line of JSON from stdin:
{"port", "host", "pauseMs", "clients": [{"kind", "protocol", "subscribe"}]}; `subscribe` is a payload in hex. Kinds:

never    reads the answer to its handshake, and no more
trickle  one byte a second
pausing  nothing for `pauseMs`, then everything there is for a second, again and again

One that is closed comes back after a second. Each further line is answered with what was counted. Ends with stdin.
"""

import heapq
import json
import select
import socket
import sys
import time

READ_S = 1.0
BACK_S = 1.0


class Client:
    def __init__(self, index, spec):
        self.index = index
        self.kind = spec["kind"]
        self.protocol = spec["protocol"]
        payload = bytes.fromhex(spec["subscribe"])
        first = 0x81 if self.protocol.endswith("json") else 0x82
        length = len(payload)
        size = bytes([0x80 | length]) if length < 126 else bytes([0x80 | 126, length >> 8, length & 255])
        self.subscribe = bytes([first]) + size + bytes(4) + payload
        self.socket = None
        self.head = b""
        self.reading_until = 0.0


def main():
    setting = json.loads(sys.stdin.readline())
    clients = [Client(i, spec) for i, spec in enumerate(setting["clients"])]
    pause_s = setting["pauseMs"] / 1000
    poll = select.epoll()
    poll.register(sys.stdin.fileno(), select.EPOLLIN)
    by_fd = {}
    due = []
    counted = {"opened": 0, "closed": 0, "bytes": 0, "subscribed": 0}

    def after(seconds, what, client):
        heapq.heappush(due, (time.monotonic() + seconds, client.index, what))

    def connect(client):
        one = socket.socket()
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        # Segments as on Ethernet: the sender's buffer follows their size, and loopback has 64 KiB.
        one.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 1448)
        one.connect((setting["host"], setting["port"]))
        one.setblocking(False)
        one.send(
            (
                "GET /v1/stream HTTP/1.1\r\nHost: bench\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                f"Sec-WebSocket-Protocol: {client.protocol}\r\n\r\n"
            ).encode()
        )
        client.socket = one
        client.head = b""
        by_fd[one.fileno()] = client
        poll.register(one.fileno(), select.EPOLLIN)
        counted["opened"] += 1

    def gone(client):
        if client.socket is None:
            return
        poll.unregister(client.socket.fileno())
        del by_fd[client.socket.fileno()]
        client.socket.close()
        client.socket = None
        counted["closed"] += 1
        after(BACK_S, "connect", client)

    def listen(client, reads):
        # A broken connection is told in either case.
        poll.modify(client.socket.fileno(), select.EPOLLIN if reads else 0)

    def take(client, size):
        """False where the connection is over."""
        try:
            data = client.socket.recv(size)
        except BlockingIOError:
            return True
        except OSError:
            return False
        if not data:
            return False
        counted["bytes"] += len(data)
        if client.head is not None:
            client.head += data
            if b"\r\n\r\n" in client.head:
                client.head = None
                client.socket.send(client.subscribe)
                counted["subscribed"] += 1
                begin(client)
        return True

    def begin(client):
        listen(client, False)
        if client.kind == "trickle":
            after(1, "trickle", client)
        elif client.kind == "pausing":
            # Not all in step.
            after(pause_s * ((client.index * 0.618) % 1), "read", client)

    def act(what, client):
        if what == "connect":
            connect(client)
        elif client.socket is None or client.head is not None:
            return
        elif what == "trickle":
            if take(client, 1):
                after(1, "trickle", client)
            else:
                gone(client)
        elif what == "read":
            listen(client, True)
            after(READ_S, "pause", client)
        elif what == "pause":
            listen(client, False)
            after(pause_s, "read", client)

    for client in clients:
        connect(client)
    print(json.dumps(counted), flush=True)
    while True:
        wait = 1.0 if not due else max(0.0, min(1.0, due[0][0] - time.monotonic()))
        for fd, event in poll.poll(wait):
            if fd == sys.stdin.fileno():
                if not sys.stdin.readline():
                    return
                print(json.dumps(counted), flush=True)
                continue
            client = by_fd.get(fd)
            if client is None:
                continue
            if event & (select.EPOLLHUP | select.EPOLLERR) or not take(client, 65536):
                gone(client)
        while due and due[0][0] <= time.monotonic():
            _, index, what = heapq.heappop(due)
            act(what, clients[index])


main()
