namespace CriSharp.Cni;

/// <summary>The pod that an attachment was made for, in its client's words.</summary>
public sealed record AttachedPod(string Namespace, string Name);
