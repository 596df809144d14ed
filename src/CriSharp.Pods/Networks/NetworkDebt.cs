using CriSharp.Pods.Sandboxes;

namespace CriSharp.Pods.Networks;

/// <summary>A DEL that is owed to the network: its pod has ended, or could not be made, and the plugins failed or take their time.</summary>
/// <param name="Pod">NAMESPACE/NAME of its pod; the sandbox itself may be forgotten by now.</param>
/// <param name="Since">When the sandbox gave its network up.</param>
/// <param name="Tries">How often DEL has failed, also before restarts of the daemon.</param>
/// <param name="LastWords">Why it is not paid yet; empty while nothing has gone wrong.</param>
public sealed record NetworkDebt(PodSandboxId Sandbox, string Pod, DateTimeOffset Since, int Tries, string LastWords);
