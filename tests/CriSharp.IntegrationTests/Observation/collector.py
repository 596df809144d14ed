"""A collector of traces that shares no code with the daemon: grpc's own server, and a reader of protobuf's wire format.

Prints its port, then one line of JSON for each span.
"""
import json
import struct
import sys
from concurrent import futures

import grpc


def varint(data, at):
    value = shift = 0
    while True:
        value |= (data[at] & 0x7F) << shift
        shift += 7
        at += 1
        if not data[at - 1] & 0x80:
            return value, at


def fields(data):
    found = {}
    at = 0
    while at < len(data):
        tag, at = varint(data, at)
        number, kind = tag >> 3, tag & 7
        if kind == 0:
            value, at = varint(data, at)
        elif kind == 1:
            value, at = struct.unpack_from("<Q", data, at)[0], at + 8
        elif kind == 2:
            length, at = varint(data, at)
            value, at = data[at:at + length], at + length
        else:
            raise ValueError("wire type %d" % kind)
        found.setdefault(number, []).append(value)
    return found


def attributes(items):
    values = {}
    for item in items:
        pair = fields(item)
        value = fields(pair[2][0])
        values[pair[1][0].decode()] = value[1][0].decode() if 1 in value else str(value[3][0])
    return values


def text(message, number):
    return message[number][0].decode() if number in message else ""


def spans(request):
    for resource_spans in fields(request)[1]:
        group = fields(resource_spans)
        resource = attributes(fields(group[1][0])[1])
        for scope_spans in group[2]:
            for item in fields(scope_spans)[2]:
                span = fields(item)
                status = fields(span[15][0]) if 15 in span else {}
                yield {
                    "Trace": span[1][0].hex(),
                    "Span": span[2][0].hex(),
                    "Parent": span[4][0].hex() if 4 in span else "",
                    "Name": text(span, 5),
                    "Kind": span[6][0],
                    "Start": span[7][0],
                    "End": span[8][0],
                    "Tags": attributes(span.get(9, [])),
                    "Error": text(status, 2) if status.get(3) == [2] else None,
                    "Service": resource["service.name"],
                }


class Collector(grpc.GenericRpcHandler):
    def service(self, call):
        if call.method != "/opentelemetry.proto.collector.trace.v1.TraceService/Export":
            return None

        def export(request, context):
            for span in spans(request):
                print(json.dumps(span), flush=True)
            return b""

        return grpc.unary_unary_rpc_method_handler(export)


server = grpc.server(futures.ThreadPoolExecutor(max_workers=2))
server.add_generic_rpc_handlers((Collector(),))
print(server.add_insecure_port("127.0.0.1:0"), flush=True)
server.start()
sys.stdin.read()
