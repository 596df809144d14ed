namespace CriSharp.Linux.Processes;

/// <summary>A program to run to its end: what it gets, and the limits it has to keep.</summary>
public sealed record ProgramCommand
{
    /// <summary>Absolute path; argv[0] is the same.</summary>
    public required string Path { get; init; }

    /// <summary>The arguments after argv[0].</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>The whole environment as "NAME=value".</summary>
    public IReadOnlyList<string> Environment { get; init; } = [];

    public ReadOnlyMemory<byte> StandardInput { get; init; }

    public string? WorkingDirectory { get; init; }

    /// <summary>After it the program's whole session is killed.</summary>
    public required TimeSpan TimeLimit { get; init; }

    /// <summary>Kept per stream; what follows is read and dropped, so that the program never blocks on it.</summary>
    public int OutputLimitBytes { get; init; } = 1024 * 1024;

    /// <summary>How long output is still read after the end of the program, while a child of it holds the pipe.</summary>
    public TimeSpan DrainGrace { get; init; } = TimeSpan.FromMilliseconds(250);
}

/// <summary>What a program that ended within its limits has said.</summary>
public sealed record ProgramOutput(ProcessExit Exit, ReadOnlyMemory<byte> StandardOutput, ReadOnlyMemory<byte> StandardError)
{
    /// <summary>One of the streams was longer than the limit.</summary>
    public bool IsTruncated { get; init; }

    public string StandardOutputText => System.Text.Encoding.UTF8.GetString(StandardOutput.Span);

    public string StandardErrorText => System.Text.Encoding.UTF8.GetString(StandardError.Span);
}
