namespace CriSharp.Linux.Namespaces;

/// <summary>Which namespaces to make, and how they look inside before anybody joins them.</summary>
public sealed record NamespaceRequest
{
    public required NamespaceKinds Kinds { get; init; }

    /// <summary>At most 64 bytes; needs <see cref="NamespaceKinds.Uts"/>. Null: the host's name stays.</summary>
    public string? HostName { get; init; }

    /// <summary>
    /// Written inside, in this order. Whether a name belongs to one of the new namespaces (and not to the whole host) is for the
    /// caller to know; here only its shape is checked.
    /// </summary>
    public IReadOnlyList<KeyValuePair<string, string>> Sysctls { get; init; } = [];

    /// <summary>Null: the namespaces belong to the host's user namespace.</summary>
    public UserNamespaceRequest? User { get; init; }
}
