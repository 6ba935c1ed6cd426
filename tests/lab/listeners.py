"""TCP servers of the lab that are no more than a function."""

import socket
import threading


def serve_each(add_cleanup, address, port, serve, fast_open=False):
    """Listens where the caller is, and runs serve(connection, peer) for every connection in a thread
    of its own, until the test ends. fast_open: takes data on SYNs, too (RFC 7413)."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    listener = socket.create_server((address, port), family=family, backlog=1024)
    if fast_open:
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_FASTOPEN, 64)
    add_cleanup(listener.close)
    add_cleanup(listener.shutdown, socket.SHUT_RDWR)  # wakes its thread
    threading.Thread(target=_accept, args=(listener, serve), daemon=True).start()


def _accept(listener, serve):
    while True:
        try:
            connection, peer = listener.accept()
        except OSError:
            return
        threading.Thread(target=serve, args=(connection, peer), daemon=True).start()
