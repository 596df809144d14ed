"""Calls the probe as a gRPC client that is not ours (C core). usage: client.py SOCKET SCENARIO; prints one JSON document."""
import json
import sys
import threading

import grpc

LIMITS = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1), ("grpc.max_metadata_size", 64 * 1024),
          ("grpc.absolute_max_metadata_size", 64 * 1024)]


def encode(body):
    """Payload { body }: field 1, length-delimited."""
    length, prefix = len(body), bytearray([0x0A])
    while length >= 0x80:
        prefix.append(length & 0x7F | 0x80)
        length >>= 7
    return bytes(prefix) + bytes([length]) + body


def decode(message):
    if not message:
        return b""
    at, length, shift = 1, 0, 0
    while True:
        octet = message[at]
        at += 1
        length |= (octet & 0x7F) << shift
        shift += 7
        if octet < 0x80:
            return message[at:at + length]


def outcome(error):
    return {"code": error.code().value[0], "message": error.details()}


def unary(channel, method):
    return channel.unary_unary(f"/probe.Prober/{method}", request_serializer=encode, response_deserializer=decode)


def stream(channel, method):
    return channel.unary_stream(f"/probe.Prober/{method}", request_serializer=encode, response_deserializer=decode)


def failing(call, *arguments, **options):
    try:
        call(*arguments, **options)
        return {"code": 0, "message": ""}
    except grpc.RpcError as error:
        return outcome(error)


def echo(channel):
    return {"body": unary(channel, "Echo")(b"hello").decode()}


def count(channel):
    return {"bodies": [body.decode() for body in stream(channel, "Count")(b"500")]}


def deadline(channel):
    return failing(unary(channel, "Wait"), b"foreign deadline", timeout=0.3)


def stubborn(channel):
    return failing(unary(channel, "Ignore"), b"foreign stubborn", timeout=0.3)


def cancel(channel):
    call = stream(channel, "WaitStreaming")(b"foreign cancel")
    next(call)
    call.cancel()
    return {"code": call.code().value[0], "message": ""}


def errors(channel):
    return {"all": [failing(unary(channel, "Fail"), f"{code} {message}".encode()) for code, message in json.load(sys.stdin)]}


def unknown(channel):
    return failing(unary(channel, "Nothing"), b"")


def late(channel):
    bodies = []
    try:
        for body in stream(channel, "FailLate")("9 späte Störung".encode()):
            bodies.append(body.decode())
    except grpc.RpcError as error:
        return {**outcome(error), "bodies": bodies}


def large(channel):
    body = bytes(range(256)) * (20 * 1024 * 4)
    return {"same": unary(channel, "Echo")(body) == body, "size": len(body)}


def gzip(channel):
    return {"body": unary(channel, "Echo")(b"squeezed" * 1000, compression=grpc.Compression.Gzip)[:8].decode()}


def many(channel):
    call, right = unary(channel, "Echo"), []
    calls = [(number, call.future(str(number).encode())) for number in range(200)]
    for number, future in calls:
        right.append(future.result(timeout=60) == str(number).encode())
    return {"answered": right.count(True)}


def die(channel):
    """Says that it waits, and is then killed by the test."""
    threading.Thread(target=lambda: failing(unary(channel, "Wait"), b"foreign die"), daemon=True).start()
    sys.stdin.read()
    return {}


if __name__ == "__main__":
    with grpc.insecure_channel(f"unix:{sys.argv[1]}", options=LIMITS) as server:
        print(json.dumps(globals()[sys.argv[2]](server)))
