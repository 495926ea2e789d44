"""What users rely on, with each of the LIBRARIES; test_environments.py copies and runs it elsewhere."""
# mypy: ignore-errors

import base64
import http.client
import http.server
import importlib.util
import os
import threading
import urllib.request

import pytest

LIBRARIES = os.environ["LIBRARIES"].split()
HEADERS = {"Authorization": "Basic " + base64.b64encode(b"tester@acme:secret").decode()}
URL = "https://restapi.rev.io/v1/SystemStatus"


def test_environment():
    for library in os.environ["ABSENT"].split():
        assert not importlib.util.find_spec(library), library


class Service(http.server.BaseHTTPRequestHandler):
    """Stands in for the real service, and keeps connections open."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.requests.append(self.path)
        self.send_response(200)
        self.send_header("Content-Length", "4")
        self.end_headers()
        self.wfile.write(b"real")

    do_CONNECT = do_GET = do_POST  # noqa: N815 (the names of http.server)

    def log_message(self, *args):
        pass


@pytest.fixture
def real():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Service)
    server.daemon_threads, server.requests = True, []
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}).start()
    server.url = f"http://localhost:{server.server_address[1]}/v1/Bills"
    with server:
        yield server
        server.shutdown()


class Urllib:
    def send(self, url, proxy=None):
        handlers = [urllib.request.ProxyHandler({"https": proxy, "http": proxy})] if proxy else []
        request = urllib.request.Request(url, b"{}", HEADERS)  # noqa: S310 (tests choose the URL)
        with urllib.request.build_opener(*handlers).open(request, timeout=5) as response:
            return response.read()

    def close(self):
        pass


class HttpClient:
    connection = None

    def send(self, url, proxy=None):
        scheme, _, host, path = url.split("/", 3)
        kind = http.client.HTTPSConnection if scheme == "https:" else http.client.HTTPConnection
        if proxy:
            self.close()
            self.connection = kind(proxy.split("/")[2], timeout=5)
            self.connection.set_tunnel(host)
        self.connection = self.connection or kind(host, timeout=5)
        self.connection.request("POST", "/" + path, b"{}", HEADERS)
        return self.connection.getresponse().read()

    def close(self):
        if self.connection:
            self.connection.close()
        self.connection = None


class Requests:
    def __init__(self):
        import requests

        self.session = requests.Session()
        self.close = self.session.close

    def send(self, url, proxy=None):
        proxies = {"http": proxy, "https": proxy} if proxy else {}
        return self.session.post(url, b"{}", headers=HEADERS, timeout=5, proxies=proxies).content


class Urllib3:
    def __init__(self):
        import urllib3

        self.urllib3, self.pool = urllib3, urllib3.PoolManager()
        self.close = self.pool.clear

    def send(self, url, proxy=None):
        pool = self.urllib3.ProxyManager(proxy) if proxy else self.pool
        return pool.request("POST", url, body=b"{}", headers=HEADERS, timeout=5, retries=False).data


class Httpx:
    def __init__(self):
        import httpx

        self.httpx, self.session = httpx, httpx.Client()
        self.close = self.session.close

    def send(self, url, proxy=None):
        if proxy:
            with self.httpx.Client(proxy=proxy) as session:
                return session.post(url, content=b"{}", headers=HEADERS).content
        return self.session.post(url, content=b"{}", headers=HEADERS).content


class Asynchronous:
    def __init__(self, loop_factory=None):
        import asyncio

        self.runner = asyncio.Runner(loop_factory=loop_factory)
        self.session = self.runner.run(self.open())

    def send(self, url, proxy=None):
        return self.runner.run(self.post(url, proxy))

    def close(self):
        self.runner.run(self.session.__aexit__(None, None, None))
        self.runner.close()


class HttpxAsync(Asynchronous):
    async def open(self):
        import httpx

        self.httpx = httpx
        return httpx.AsyncClient()

    async def post(self, url, proxy):
        if proxy:
            async with self.httpx.AsyncClient(proxy=proxy) as session:
                return (await session.post(url, content=b"{}", headers=HEADERS)).content
        return (await self.session.post(url, content=b"{}", headers=HEADERS)).content


class Aiohttp(Asynchronous):
    async def open(self):
        import aiohttp

        return aiohttp.ClientSession()

    async def post(self, url, proxy):
        async with self.session.post(url, data=b"{}", headers=HEADERS, proxy=proxy) as response:
            return await response.read()


def uvloop_factory():
    import uvloop

    return uvloop.new_event_loop()


class Httplib2:
    def __init__(self):
        import httplib2

        self.httplib2, self.session = httplib2, httplib2.Http(timeout=5)
        self.close = self.session.close

    def send(self, url, proxy=None):
        if proxy:
            self.close()
            host, port = proxy.split("/")[2].split(":")
            self.session.proxy_info = self.httplib2.ProxyInfo(3, host, int(port))
        return self.session.request(url, "POST", b"{}", HEADERS)[1]


class Tornado:
    def send(self, url, proxy=None):  # noqa: ARG002 (it has no proxies)
        import asyncio

        from tornado.httpclient import AsyncHTTPClient

        async def post():
            response = await AsyncHTTPClient().fetch(
                url, method="POST", body=b"{}", headers=HEADERS, raise_error=False
            )
            return response.body

        return asyncio.run(post())

    def close(self):
        pass


CLIENTS = {
    "urllib": Urllib,
    "http.client": HttpClient,
    "requests": Requests,
    "urllib3": Urllib3,
    "httpx": Httpx,
    "httpx-asyncio": HttpxAsync,
    "httpx-uvloop": lambda: HttpxAsync(uvloop_factory),
    "aiohttp": Aiohttp,
    "aiohttp-uvloop": lambda: Aiohttp(uvloop_factory),
    "httplib2": Httplib2,
    "tornado": Tornado,
}


@pytest.fixture(params=["urllib", "http.client", *LIBRARIES])
def client(request):
    client = CLIENTS[request.param]()
    yield client
    client.close()


def test_https(mock_revio_intercepted, client):
    try:
        client.send(URL)
    except urllib.error.HTTPError as error:
        error.close()
    mock_revio_intercepted.assert_called(method="POST", path="/v1/SystemStatus", times=1)


def test_a_session_changes_sides(mock_revio, client, real):
    for _ in range(2):
        assert client.send(real.url) == b"real"
        with mock_revio.intercept("localhost"):
            assert client.send(real.url) != b"real"
            assert client.send(real.url) != b"real"
    assert client.send(real.url) == b"real"
    assert len(real.requests) == 3
    mock_revio.assert_called(path="/v1/Bills", times=4)


def test_a_proxy_is_not_asked(mock_revio, client, real):
    proxy = real.url.removesuffix("/v1/Bills")
    with mock_revio.intercept():
        client.send("https://restapi.rev.io/v1/Bills", proxy)
    assert real.requests == []
    mock_revio.assert_called(path="/v1/Bills", times=1)


def test_everything_is_restored(mock_revio, client):
    import socket
    import ssl
    import sys

    before = dict(vars(socket.socket)), dict(vars(ssl.SSLContext)), dict(vars(http.client.HTTPSConnection))
    finders = list(sys.meta_path)
    with mock_revio.intercept():
        assert dict(vars(socket.socket)) != before[0]
        client.send("https://restapi.rev.io/v1/Bills")
    after = dict(vars(socket.socket)), dict(vars(ssl.SSLContext)), dict(vars(http.client.HTTPSConnection))
    assert (after, sys.meta_path) == (before, finders)
