namespace CriSharp.Linux;

/// <summary>Failures that tell of this moment, and nothing of what was asked for: no descriptor, or no memory, was left.</summary>
public static class Shortage
{
    /// <summary>Also of what was thrown in its place.</summary>
    public static bool Is(Exception failure) =>
        failure is OutOfMemoryException
        || (failure is IOException io && NumberOf(io) is Errno.EMFILE or Errno.ENFILE or Errno.ENOMEM)
        || (failure.InnerException is { } cause && Is(cause));

    // Those of the framework tell errno there.
    private static int NumberOf(IOException failure) => failure is LinuxException call ? call.ErrorNumber : failure.HResult;
}
