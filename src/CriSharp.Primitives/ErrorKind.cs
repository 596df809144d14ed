namespace CriSharp.Primitives;

/// <summary>What went wrong, as a caller has to act on it. The error door of crisharpd maps each kind to one gRPC status code.</summary>
public enum ErrorKind
{
    /// <summary>A defect of ours or a host that misbehaves: retrying may not help.</summary>
    Internal,
    InvalidArgument,
    NotFound,
    AlreadyExists,
    /// <summary>The thing is not in the state that the verb needs.</summary>
    FailedPrecondition,
    ResourceExhausted,
    /// <summary>Something outside (registry, plugin, socket) does not answer: a retry may help.</summary>
    Unavailable,
    DeadlineExceeded,
    Cancelled,
    PermissionDenied,
    Unauthenticated,
    Unimplemented,
    /// <summary>Bytes are not what their digest or format says.</summary>
    DataLoss,
    /// <summary>The words begin with a reason that the kubelet knows, such as RegistryUnavailable: it looks for one only where the code tells nothing.</summary>
    Unknown,
}
