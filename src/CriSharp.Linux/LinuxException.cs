using System.Runtime.InteropServices;

namespace CriSharp.Linux;

/// <summary>A system call failed. The one place that turns errno into words; callers decide by <see cref="ErrorNumber"/>, never by text.</summary>
public sealed class LinuxException : IOException
{
    public LinuxException(string call, string? subject, int errorNumber)
        : base(Describe(call, subject, errorNumber)) => (Call, ErrorNumber) = (call, errorNumber);

    /// <summary>Name of the system call, as in its manual page.</summary>
    public string Call { get; }

    /// <summary>A value of <see cref="Errno"/>.</summary>
    public int ErrorNumber { get; }

    /// <summary>For calls that answer -1 and set errno; returns the result otherwise.</summary>
    public static int ThrowIfFailed(int result, string call, string? subject = null) =>
        result >= 0 ? result : throw Last(call, subject);

    /// <inheritdoc cref="ThrowIfFailed(int, string, string?)"/>
    public static long ThrowIfFailed(long result, string call, string? subject = null) =>
        result >= 0 ? result : throw Last(call, subject);

    /// <summary>The failure of the P/Invoke call just made (which was declared with SetLastError).</summary>
    public static LinuxException Last(string call, string? subject = null) => new(call, subject, Marshal.GetLastPInvokeError());

    private static string Describe(string call, string? subject, int errorNumber)
    {
        var words = $"{Marshal.GetPInvokeErrorMessage(errorNumber)} (errno {errorNumber})";
        return subject is null ? $"{call}: {words}" : $"{call} {subject}: {words}";
    }
}
