namespace CriSharp.Pods;

/// <summary>
/// The OCI runtime that has made something, as it was configured then: by it the thing is stopped and removed, though its handler may have
/// another meaning by now, or none.
/// </summary>
/// <param name="Name">The handler's own name, also where the default one was asked for.</param>
/// <param name="Path">The program.</param>
/// <param name="Root">Where the runtime keeps its state.</param>
public sealed record RuntimePlace(string Name, string Path, string Root);
