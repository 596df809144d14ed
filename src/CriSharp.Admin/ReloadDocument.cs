namespace CriSharp.Admin;

/// <summary>What a configuration that was read again has changed. One that is refused is an <see cref="ErrorDocument"/>.</summary>
public sealed record ReloadDocument
{
    /// <summary>Settings that are other ones now: "crio.runtime.log_level".</summary>
    public required IReadOnlyList<string> Changed { get; init; }

    /// <summary>Settings that are other ones in the configuration, and that only a restart takes up.</summary>
    public required IReadOnlyList<string> WantsRestart { get; init; }
}
