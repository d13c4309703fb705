"""A line that takes its time: joins two network namespaces and holds every packet of one direction back.

usage: delay.py MILLISECONDS NEAR FAR

Makes a TUN device `near0` in the namespace NEAR and `far0` in FAR. What FAR sends arrives MILLISECONDS later, what NEAR
sends at once, so that every answer of FAR takes that long. Ends when it is killed, and the devices with it.
"""

import collections
import fcntl
import os
import select
import struct
import subprocess
import sys
import time

# From linux/if_tun.h: the request that names a device, packets without a header of their own.
TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
# Above the largest packet that a TUN device has.
PACKET = 65536


def device(name, namespace):
    """Makes a device in a namespace; it stays ours wherever it is."""
    file = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(file, TUNSETIFF, struct.pack("16sH", name.encode(), IFF_TUN | IFF_NO_PI))
    subprocess.run(["ip", "link", "set", name, "netns", namespace], check=True)
    return file


def send(file, packet):
    """Sends a packet, or loses it where the other end is not up yet."""
    try:
        os.write(file, packet)
    except OSError:
        pass


def main():
    delay = float(sys.argv[1]) / 1000
    near, far = device("near0", sys.argv[2]), device("far0", sys.argv[3])
    print("ready", flush=True)
    # In order of arrival, which is the order of departure.
    held = collections.deque()
    while True:
        wait = max(0, held[0][0] - time.monotonic()) if held else None
        readable, _, _ = select.select([near, far], [], [], wait)
        for file in readable:
            packet = os.read(file, PACKET)
            if file == near:
                send(far, packet)
            else:
                held.append((time.monotonic() + delay, packet))
        while held and held[0][0] <= time.monotonic():
            send(near, held.popleft()[1])


main()
