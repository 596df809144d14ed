namespace CriSharp.Linux.Namespaces;

/// <summary>The namespaces that a pod sandbox has for itself without a process that lives in them. namespaces(7)</summary>
[Flags]
public enum NamespaceKinds
{
    None = 0,
    Network = 1,
    Ipc = 2,
    Uts = 4,

    /// <summary>Owns the others; made only by <see cref="NamespaceRequest.User"/>.</summary>
    User = 8,
}
