namespace CriSharp.Cni;

/// <summary>Whether sandboxes can be attached now; the condition NetworkReady of the CRI's Status.</summary>
/// <param name="Reason">Empty when ready, else one CamelCase word.</param>
/// <param name="Message">Says what is missing and where it was looked for. When ready it names the network, and the files that were passed over.</param>
public sealed record NetworkStatus(bool IsReady, string Reason, string Message);
