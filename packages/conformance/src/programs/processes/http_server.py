"""Python's http.server with a handler that echoes by Content-Length, as its documentation has it. The port is the argument."""
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Echo(BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def do_GET(self):
        content = self.rfile.read(int(self.headers.get('Content-Length') or 0)) or b'OK'
        self.send_response(200)
        self.send_header('Content-Length', str(len(content)))
        self.end_headers()
        if self.command != 'HEAD':
            self.wfile.write(content)

    do_POST = do_HEAD = do_GET

    def log_message(self, *_):
        pass


ThreadingHTTPServer(('127.0.0.1', int(sys.argv[1])), Echo).serve_forever()
