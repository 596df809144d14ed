namespace CriSharp.Cni;

/// <summary>An address that the IPAM plugin host-local has given out: a file named by it, with the id of the sandbox that got it.</summary>
/// <param name="Path">The file.</param>
/// <param name="Since">When it was given.</param>
public sealed record AddressLease(string Network, string Address, string ContainerId, string Path, DateTimeOffset Since);
