using CriSharp.Primitives;
using Grpc.Core;

namespace CriSharp.Ctl.CommandLine;

/// <summary>What the exit codes of crisharpctl mean; they are part of its interface and listed in its help.</summary>
internal static class ExitCodes
{
    public const int Success = 0;
    public const int Failed = 1;
    public const int Usage = 2;
    public const int Unreachable = 3;
    public const int NotFound = 4;
    public const int TimedOut = 5;

    /// <summary>run and exec: the error is not the container's own.</summary>
    public const int NotTheContainers = 125;

    /// <summary>128 + SIGINT.</summary>
    public const int Interrupted = 130;

    /// <summary>128 + SIGPIPE: who read the output has gone, as head does.</summary>
    public const int NobodyReads = 141;

    public static int Of(StatusCode code) => code switch
    {
        StatusCode.Unavailable => Unreachable,
        StatusCode.NotFound => NotFound,
        StatusCode.DeadlineExceeded => TimedOut,
        StatusCode.InvalidArgument => Usage,
        _ => Failed,
    };

    public static int Of(ErrorKind kind) => kind switch
    {
        ErrorKind.Unavailable => Unreachable,
        ErrorKind.NotFound => NotFound,
        ErrorKind.DeadlineExceeded => TimedOut,
        ErrorKind.InvalidArgument => Usage,
        _ => Failed,
    };
}
