using System.Runtime.InteropServices;

namespace CriSharp.Linux.Processes;

/// <summary>What a new process gets, exactly: nothing of the parent's environment, descriptors or signal settings comes along unasked.</summary>
public sealed record ProgramStart
{
    /// <summary>Absolute path of the executable; PATH is never searched.</summary>
    public required string Path { get; init; }

    /// <summary>argv, including argv[0].</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>The whole environment as "NAME=value".</summary>
    public IReadOnlyList<string> Environment { get; init; } = [];

    /// <summary>The child's descriptors. 0, 1 and 2 are /dev/null where they are not named; every other one is closed.</summary>
    public IReadOnlyList<ChildDescriptor> Descriptors { get; init; } = [];

    /// <summary>The child leads a session (and so a process group) of its own: no terminal, and killable as a whole.</summary>
    public bool NewSession { get; init; }

    /// <summary>Null: the parent's.</summary>
    public string? WorkingDirectory { get; init; }
}

/// <summary>One descriptor of a child: its number there, and what it is a duplicate of.</summary>
/// <param name="Number">0 to 1023.</param>
/// <param name="Source">Stays open in the parent, who closes it.</param>
public readonly record struct ChildDescriptor(int Number, SafeHandle Source);
