using CriSharp.Pods.Sandboxes;
using Microsoft.Extensions.Logging;

namespace CriSharp.Pods.Networks;

public sealed partial class NetworkDebts
{
    [LoggerMessage(70, LogLevel.Warning, "Pod sandbox {Sandbox} of {Pod} is not detached from its network yet: {Words}; that was try {Tries}, the next is in {Pause} s")]
    private static partial void NotPaid(ILogger logger, PodSandboxId sandbox, string pod, int tries, double pause, string words);

    [LoggerMessage(71, LogLevel.Debug, "Pod sandbox {Sandbox} of {Pod} is still not detached from its network: {Words}; that was try {Tries}, the next is in {Pause} s")]
    private static partial void NotPaidAgain(ILogger logger, PodSandboxId sandbox, string pod, int tries, double pause, string words);

    [LoggerMessage(72, LogLevel.Information, "Pod sandbox {Sandbox} of {Pod} is detached from its network at last, after {Tries} failed tries and {Seconds} s")]
    private static partial void Paid(ILogger logger, PodSandboxId sandbox, string pod, int tries, double seconds);

    [LoggerMessage(73, LogLevel.Warning, "The network's plugins take longer than {Seconds} s to detach pod sandbox {Sandbox} of {Pod}: its stop waits no longer, they go on")]
    private static partial void TakesLong(ILogger logger, PodSandboxId sandbox, string pod, double seconds);

    [LoggerMessage(74, LogLevel.Error, "What pod sandbox {Sandbox} owes its network can't be read and is set aside at {Path}; its address may stay taken: {Words}")]
    private static partial void SetAside(ILogger logger, PodSandboxId sandbox, string path, string words);

    [LoggerMessage(75, LogLevel.Warning, "The tries to detach pod sandbox {Sandbox} can't be recorded, and are counted anew after a restart: {Words}")]
    private static partial void NotWritten(ILogger logger, PodSandboxId sandbox, string words);

    [LoggerMessage(76, LogLevel.Information, "{Count} pod sandboxes of earlier daemons are not detached from their network yet: taken up again")]
    private static partial void TakenUp(ILogger logger, int count);
}
