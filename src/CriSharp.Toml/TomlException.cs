namespace CriSharp.Toml;

/// <summary>What is wrong in a TOML file, and where. The message begins with "file:line:column: ".</summary>
public sealed class TomlException(string fileName, TomlPosition position, string problem)
    : FormatException($"{fileName}:{position.Line}:{position.Column}: {problem}")
{
    public string FileName { get; } = fileName;

    public TomlPosition Position { get; } = position;
}

/// <param name="Line">From 1.</param>
/// <param name="Column">From 1, in UTF-16 units.</param>
public readonly record struct TomlPosition(int Line, int Column);
