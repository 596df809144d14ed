using CriSharp.Cri.V1;
using CriSharp.Daemon.Configuration;
using CriSharp.Grpc;
using CriSharp.Linux;
using CriSharp.Linux.Sockets;
using Grpc.Core;

namespace CriSharp.Daemon.Hosting;

/// <summary>
/// Whether callers are served. It is asked the way they ask, over a new connection to the CRI's socket, so that a socket that has gone, a
/// listener that died, a pool without threads and a lock that is never freed all show. Nothing of it touches a disk: a full one is not
/// cured by a restart.
/// </summary>
internal sealed class DaemonHealth(DaemonOptions options)
{
    // No id begins like this: the table is walked and nothing is sent.
    private const string NoId = "-";

    /// <returns>What is wrong; null when nothing is.</returns>
    public async Task<string?> FailureAsync(TimeSpan limit)
    {
        try
        {
            if (StrangerOnSocket() is { } stranger)
            {
                return $"process {stranger} listens on {options.Listen}";
            }

            using var channel = UnixSocketChannel.Create(options.Listen);
            var client = new RuntimeService.RuntimeServiceClient(channel);
            var deadline = new CallOptions(deadline: DateTime.UtcNow + limit);
            await client.VersionAsync(new VersionRequest(), deadline);
            await client.ListPodSandboxAsync(new ListPodSandboxRequest { Filter = new PodSandboxFilter { Id = NoId } }, deadline);
            await client.ListContainersAsync(new ListContainersRequest { Filter = new ContainerFilter { Id = NoId } }, deadline);
            return null;
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            return $"{options.Listen}: {failure.Message}";
        }
    }

    /// <exception cref="LinuxException">Nobody listens there.</exception>
    private int? StrangerOnSocket()
    {
        using var socket = UnixSocket.Connect(options.Listen, UnixSocketKind.Stream);
        var pid = socket.Peer().Pid;
        return pid == Environment.ProcessId ? null : pid;
    }
}
