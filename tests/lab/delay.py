"""Holds every packet between this machine and each host back for half a round trip.

usage: delay.py ROUND_TRIP_MS [NAMESPACE LINK NEAR_ADDRESS FAR_ADDRESS]...

A pair of TUN devices per host, one here and one in the host's network namespace, with this program
as the wire between them. Prints its process id once packets flow.
"""

import collections
import ctypes
import fcntl
import os
import select
import struct
import subprocess
import sys
import time

TUNSETIFF = 0x400454CA
IFF_TUN_WITHOUT_HEADER = 0x1001
CLONE_NEWNET = 0x40000000
LARGEST_PACKET = 2000
PACKETS_AT_ONCE = 64

libc = ctypes.CDLL(None, use_errno=True)


def make_device(name, address):
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TUN_WITHOUT_HEADER))
    subprocess.run(["ip", "address", "add", address + "/30", "dev", name], check=True)
    # Room for the headers that a real path's tunnels would take.
    subprocess.run(["ip", "link", "set", name, "mtu", "1400", "up"], check=True)
    return device


def enter(namespace):
    if libc.setns(namespace, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "cannot enter the network namespace")


def make_pairs(hosts):
    """Gives the other end of each device; leaves this process in the last host's namespace."""
    here = os.open("/proc/self/ns/net", os.O_RDONLY)
    other_end = {}
    for namespace, link, near_address, far_address in hosts:
        enter(here)
        near = make_device(link, near_address)
        enter(os.open("/run/netns/" + namespace, os.O_RDONLY))
        far = make_device("delay0", far_address)
        other_end[near], other_end[far] = far, near
    return other_end


def carry(other_end, seconds):
    under_way = collections.deque()
    while True:
        while under_way and under_way[0][0] <= time.monotonic():
            _, device, packet = under_way.popleft()
            try:
                os.write(device, packet)
            except OSError:
                pass  # The device is down: lost, as on a broken path.
        wait = max(0, under_way[0][0] - time.monotonic()) if under_way else None
        readable, _, _ = select.select(other_end, [], [], wait)
        for device in readable:
            for _ in range(PACKETS_AT_ONCE):
                try:
                    packet = os.read(device, LARGEST_PACKET)
                except OSError:
                    break
                under_way.append((time.monotonic() + seconds, other_end[device], packet))


def main():
    round_trip_ms, *words = sys.argv[1:]
    hosts = [words[index : index + 4] for index in range(0, len(words), 4)]
    other_end = make_pairs(hosts)
    print(os.getpid(), flush=True)
    nothing = os.open("/dev/null", os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    carry(other_end, float(round_trip_ms) / 2000)


main()
