namespace CriSharp.Linux.Namespaces;

/// <summary>A user namespace that owns the others that are made with it.</summary>
/// <param name="HolderPath">Absolute path of the static pause program: a process with threads can't make one. See <see cref="NamespaceHolder"/>.</param>
/// <param name="Users">Must map id 0.</param>
/// <param name="Groups">Must map id 0.</param>
public sealed record UserNamespaceRequest(string HolderPath, IdMapping Users, IdMapping Groups);
