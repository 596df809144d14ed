namespace CriSharp.Linux.Processes;

/// <summary>How a process ended.</summary>
/// <param name="ExitCode">0 to 255; 0 when a signal ended it.</param>
/// <param name="Signal">Number of the signal that ended it, or 0.</param>
public readonly record struct ProcessExit(int ExitCode, int Signal)
{
    private const int SignalMask = 0x7f;

    /// <summary>As shells and the CRI say it: the exit code, or 128 + signal.</summary>
    public int ShellCode => Signal == 0 ? ExitCode : 128 + Signal;

    public bool IsSuccess => ShellCode == 0;

    public override string ToString() => Signal == 0 ? $"exit code {ExitCode}" : $"signal {Signal}";

    /// <param name="status">Of a process that has ended. wait(2)</param>
    internal static ProcessExit OfWaitStatus(int status) =>
        (status & SignalMask) == 0 ? new ProcessExit((status >> 8) & 0xff, 0) : new ProcessExit(0, status & SignalMask);
}
