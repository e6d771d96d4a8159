"""Try the program: a sample company, three users, and a server on this machine alone."""

from __future__ import annotations

import errno
import signal
from socketserver import ThreadingMixIn

from django.core.management import call_command
from django.core.management.base import CommandError
from django.core.servers.basehttp import WSGIRequestHandler, WSGIServer, get_internal_wsgi_application
from django.db import OperationalError, connections

from katana_trace.lib.refusal import Refusal
from tracking.demo.company import PASSWORD, USERS, load_company, refuse_other_company
from tracking.management.console import SiteCommand

ADDRESS = "127.0.0.1"


class Server(ThreadingMixIn, WSGIServer):
    """One process, a thread for each connection. An idle connection does not hold up the end."""

    daemon_threads = True


class Command(SiteCommand):
    help = (
        "Load the sample company, a bakery that also makes ovens, and serve it on this machine. "
        "A second run finds it as you left it."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--port", type=int, default=8000, help="the port to serve on (default: 8000; 0: any free one)"
        )
        parser.add_argument("--no-serve", action="store_true", help="load only, and end")

    def handle(self, *, port, no_serve, **options):
        if not 0 <= port <= 65535:
            raise CommandError(f"{port} is no port. Give one from 1 to 65535, such as --port 8000.")
        server = None if no_serve else self.bind(port)
        try:
            self.load()
            if server is not None:
                self.serve(server)
        except KeyboardInterrupt:
            self.stdout.write("Ended.")
        finally:
            if server is not None:
                server.server_close()

    def bind(self, port: int) -> Server:
        """Takes the port before anything is loaded: who cannot serve is told at once."""
        try:
            return Server((ADDRESS, port), WSGIRequestHandler)
        except OSError as error:
            why = (
                "is in use by another program"
                if error.errno == errno.EADDRINUSE
                else f"cannot be had ({error.strerror})"
            )
            raise CommandError(
                f"Port {port} {why}. Choose another one with --port, such as --port {port + 1}."
            ) from error

    def load(self) -> None:
        try:
            refuse_other_company()
            call_command("migrate", interactive=False, verbosity=0)
            if load_company():
                self.stdout.write("The sample company is loaded, a bakery that also makes ovens.")
            else:
                self.stdout.write(
                    "The sample company was loaded before. It is as you left it; nothing was loaded again."
                )
        except Refusal as refusal:
            raise CommandError(refusal.sentence) from refusal
        except OperationalError as error:
            raise CommandError(f"The database cannot be used: {' '.join(str(error).split())}") from error
        *names, last = USERS
        self.stdout.write(f"Users: {', '.join(names)} and {last}. The password of each is {PASSWORD}.")

    def serve(self, server: Server) -> None:
        """Serves until Ctrl-C or SIGTERM. What a request was writing then is rolled back."""
        for ending in (signal.SIGINT, signal.SIGTERM):  # a shell starts background jobs with SIGINT ignored
            signal.signal(ending, signal.default_int_handler)
        server.set_app(get_internal_wsgi_application())
        connections.close_all()
        self.stdout.write(f"Open http://{ADDRESS}:{server.server_port}/ in a browser. Ctrl-C ends it.")
        self.stdout.flush()
        server.serve_forever()
