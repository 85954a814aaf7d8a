"""Serves the files of a folder:  server.py FOLDER.  Prints its port; ends when standard input ends.

Entity tags are the contents' digests, and Range with If-Range is obeyed (RFC 9110). A query changes what happens:
    cut=N       the first answer for this address breaks off after N bytes
    ranges=no   no ranges, no entity tag
    slow=yes    a few kilobytes every tenth of a second
Each request is written to FOLDER/requests.log: path, Range, If-Range, status.
"""

import hashlib
import http.server
import os
import re
import sys
import threading
import time
import urllib.parse

FOLDER = sys.argv[1]
cut_before = set()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        address = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(address.query))
        if "to" in query:
            self.send_response(302)
            self.send_header("Location", query["to"])
            self.send_header("Content-Length", "0")
            return self.end_headers()
        try:
            with open(FOLDER + address.path, "rb") as file:
                body = file.read()
        except OSError:
            return self.answer(404, b"<html>not here</html>", {})
        if query.get("ranges") == "no":
            return self.answer(200, body, {}, query)
        tag = '"' + hashlib.sha1(body).hexdigest() + '"'
        wanted = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        if not wanted or self.headers.get("If-Range", tag) != tag:
            return self.answer(200, body, {"ETag": tag}, query)
        first = int(wanted[1])
        if first >= len(body):
            return self.answer(416, b"", {"Content-Range": f"bytes */{len(body)}"})
        extent = f"bytes {first}-{len(body) - 1}/{len(body)}"
        self.answer(206, body[first:], {"ETag": tag, "Content-Range": extent}, query)

    def answer(self, status, body, headers, query={}):
        with open(FOLDER + "/requests.log", "a") as log:
            print(self.path, self.headers.get("Range"), self.headers.get("If-Range"), status, file=log)
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        if "cut" in query and self.path not in cut_before:
            cut_before.add(self.path)
            self.wfile.write(body[: int(query["cut"])])
            self.close_connection = True
        elif "slow" in query:
            for begin in range(0, len(body), 4096):
                self.wfile.write(body[begin : begin + 4096])
                time.sleep(0.1)
        else:
            self.wfile.write(body)

    def log_message(self, *arguments):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
sys.stdin.read()
os._exit(0)
