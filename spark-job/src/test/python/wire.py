"""Hosts on one machine, and the wire between them: wire.py HOSTS DELAY_MS LOSS_PERCENT [MTU]

Each host is a network namespace with an address and no other way out than a tun device; what leaves one is read here, waits, and is lost now and
then: what tc's netem does, for kernels that come without it. Host 0 is the machine itself. Needs root, ip and /dev/net/tun.

Prints a line "NAME ADDRESS" for each host, the machine's first. Then answers commands, a line each:
  lost            how many packets were lost, as "TCP UDP OTHER"
  loss PERCENT    from now on
  delay MS        from now on
  block PORT HOST lets no UDP of this host through to this port any more
Ends when its input does, and takes the namespaces and what runs in them along.
"""

import fcntl
import heapq
import os
import random
import select
import signal
import struct
import subprocess
import sys
import time

TUNSETIFF = 0x400454CA
IFF_TUN = 0x0001
IFF_NO_PI = 0x1000
TCP, UDP = 6, 17


def ip(*words):
    subprocess.run(["ip", *words], check=True)


def free_network():
    """The first three numbers of addresses that nobody on this machine has."""
    used = subprocess.run(["ip", "-4", "-o", "addr"], check=True, capture_output=True, text=True).stdout
    return next(net for net in (f"10.77.{n}" for n in range(1, 255)) if f" {net}." not in used)


def open_tun(device):
    tun = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH", device.encode(), IFF_TUN | IFF_NO_PI))
    return tun


class Wire:
    def __init__(self, hosts, delay, loss, mtu):
        self.delay, self.loss = delay, loss
        self.random = random.Random(0)
        self.names, self.tuns, self.lost = [], {}, {}
        self.underway, self.number = [], 0
        self.blocked = None
        network = free_network()
        for host in range(hosts + 1):
            address = f"{network}.{host or 254}"
            device = f"sparring{os.getpid()}.{host}"[-15:]
            tun = open_tun(device)
            here = ()
            name = "here"
            if host:
                name = f"sparring-{os.getpid()}-{host}"
                ip("netns", "add", name)
                self.names.append(name)
                ip("link", "set", device, "netns", name)
                here = ("-n", name)
                ip(*here, "link", "set", "lo", "up")
            ip(*here, "addr", "add", f"{address}/24", "dev", device)
            ip(*here, "link", "set", device, "mtu", str(mtu), "txqueuelen", "10000", "up")
            self.tuns[bytes(int(n) for n in address.split("."))] = (tun, host)
            print(name, address, flush=True)

    def send(self, packet):
        if len(packet) < 20 or packet[0] >> 4 != 4:
            return  # IPv6 looks for neighbours.
        target = self.tuns.get(packet[16:20])
        source = self.tuns.get(packet[12:16])
        if target is None or source is None:
            return
        protocol = packet[9]
        header = 4 * (packet[0] & 15)
        if protocol == UDP and self.blocked == (packet[header + 2 : header + 4], source[1]):
            return
        if self.random.random() * 100 < self.loss:
            self.lost[protocol] = self.lost.get(protocol, 0) + 1
            return
        self.number += 1
        heapq.heappush(self.underway, (time.monotonic() + self.delay, self.number, target[0], packet))

    def obey(self, line):
        command, *values = line.split()
        if command == "lost":
            rest = sum(self.lost.values()) - self.lost.get(TCP, 0) - self.lost.get(UDP, 0)
            return f"{self.lost.get(TCP, 0)} {self.lost.get(UDP, 0)} {rest}"
        if command == "loss":
            self.loss = float(values[0])
        elif command == "delay":
            self.delay = float(values[0]) / 1000
        elif command == "block":
            self.blocked = (struct.pack("!H", int(values[0])), int(values[1]))
        else:
            return "unknown"
        return "done"

    def run(self):
        poll = select.epoll()
        poll.register(0, select.EPOLLIN)
        for tun, _ in self.tuns.values():
            poll.register(tun, select.EPOLLIN)
        while True:
            wait = -1 if not self.underway else max(0, self.underway[0][0] - time.monotonic())
            for ready, _ in poll.poll(wait):
                if ready == 0:
                    line = sys.stdin.readline()
                    if not line:
                        return
                    print(self.obey(line), flush=True)
                    continue
                for _ in range(64):
                    try:
                        self.send(os.read(ready, 65536))
                    except BlockingIOError:
                        break
            now = time.monotonic()
            while self.underway and self.underway[0][0] <= now:
                _, _, tun, packet = heapq.heappop(self.underway)
                try:
                    os.write(tun, packet)
                except OSError:
                    pass  # A full queue, as in any router.

    def close(self):
        for name in self.names:
            pids = subprocess.run(["ip", "netns", "pids", name], capture_output=True, text=True).stdout.split()
            for pid in pids:
                try:
                    os.kill(int(pid), signal.SIGKILL)
                except ProcessLookupError:
                    pass
            subprocess.run(["ip", "netns", "delete", name])


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    wire = Wire.__new__(Wire)
    wire.names = []
    try:
        mtu = int(sys.argv[4]) if len(sys.argv) > 4 else 1500
        wire.__init__(int(sys.argv[1]), float(sys.argv[2]) / 1000, float(sys.argv[3]), mtu)
        wire.run()
    finally:
        wire.close()
