using CriSharp.Primitives;
using Grpc.Core;

namespace CriSharp.Daemon.Errors;

/// <summary>Kinds of failures in gRPC's words.</summary>
internal static class StatusCodes
{
    public static StatusCode Of(ErrorKind kind) => kind switch
    {
        ErrorKind.InvalidArgument => StatusCode.InvalidArgument,
        ErrorKind.NotFound => StatusCode.NotFound,
        ErrorKind.AlreadyExists => StatusCode.AlreadyExists,
        ErrorKind.FailedPrecondition => StatusCode.FailedPrecondition,
        ErrorKind.ResourceExhausted => StatusCode.ResourceExhausted,
        ErrorKind.Unavailable => StatusCode.Unavailable,
        ErrorKind.DeadlineExceeded => StatusCode.DeadlineExceeded,
        ErrorKind.Cancelled => StatusCode.Cancelled,
        ErrorKind.PermissionDenied => StatusCode.PermissionDenied,
        ErrorKind.Unauthenticated => StatusCode.Unauthenticated,
        ErrorKind.Unimplemented => StatusCode.Unimplemented,
        ErrorKind.DataLoss => StatusCode.DataLoss,
        ErrorKind.Unknown => StatusCode.Unknown,
        _ => StatusCode.Internal,
    };
}
