namespace CriSharp.Cni;

/// <summary>How names are looked up in the pod, as its resolv.conf says.</summary>
public sealed record PodDns(IReadOnlyList<string> Servers, IReadOnlyList<string> Searches, IReadOnlyList<string> Options)
{
    public static PodDns None { get; } = new([], [], []);

    public bool IsEmpty => Servers.Count + Searches.Count + Options.Count == 0;
}
