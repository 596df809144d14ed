namespace CriSharp.Cni;

/// <summary>How fast a pod may receive (ingress) and send (egress): bits per second, 1,000 or more; null: no limit.</summary>
public sealed record Bandwidth(long? IngressBits, long? EgressBits);
