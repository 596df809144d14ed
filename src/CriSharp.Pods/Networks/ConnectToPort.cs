using System.Net;
using System.Net.Sockets;
using CriSharp.Linux;
using CriSharp.Linux.Namespaces;
using CriSharp.Pods.Sandboxes;
using CriSharp.Primitives;

namespace CriSharp.Pods.Networks;

/// <summary>Connects to what listens on a pod's loopback: 127.0.0.1, then ::1, in the pod's network namespace.</summary>
public sealed class ConnectToPort(PodSandboxStore sandboxes, PodsOptions options)
{
    private const int MostPort = 65535;

    // Loopback answers at once, unless packets are dropped there.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <param name="port">1 to 65535.</param>
    /// <exception cref="RuntimeException">NotFound: no such pod; FailedPrecondition: it is not ready; InvalidArgument: no port; Unavailable: nobody listens, or answers.</exception>
    public async Task<Socket> RunAsync(string id, int port, CancellationToken cancellationToken)
    {
        var sandbox = Find(id, [port]);
        List<string> refusals = [];
        foreach (var address in new[] { IPAddress.Loopback, IPAddress.IPv6Loopback })
        {
            try
            {
                return await ConnectAsync(sandbox, new IPEndPoint(address, port), cancellationToken);
            }
            catch (SocketException refused)
            {
                refusals.Add($"{address}: {refused.Message}");
            }
        }

        throw new RuntimeException(ErrorKind.Unavailable, $"port {port} of pod sandbox {sandbox.Id} can't be reached ({string.Join("; ", refusals)})");
    }

    /// <summary>Whether these could be connected to now, if somebody listens.</summary>
    /// <returns>The sandbox's full id.</returns>
    /// <exception cref="RuntimeException">NotFound: no such pod; FailedPrecondition: it is not ready; InvalidArgument: no port.</exception>
    public string Check(string id, IEnumerable<int> ports) => Find(id, ports).Id.ToString();

    private PodSandbox Find(string id, IEnumerable<int> ports)
    {
        var sandbox = sandboxes.Get(id);
        if (sandbox.State is not SandboxState.Ready)
        {
            throw new RuntimeException(ErrorKind.FailedPrecondition, $"no port of pod sandbox {sandbox.Id} can be forwarded: it has been stopped");
        }

        foreach (var port in ports)
        {
            if (port is < 1 or > MostPort)
            {
                throw new RuntimeException(ErrorKind.InvalidArgument, $"port {port} is not between 1 and {MostPort}");
            }
        }

        return sandbox;
    }

    private async Task<Socket> ConnectAsync(PodSandbox sandbox, IPEndPoint end, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Limit);
        var socket = await OpenAsync(sandbox, end.AddressFamily);
        try
        {
            socket.NoDelay = true;
            await socket.ConnectAsync(end, limit.Token);
            return socket;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            socket.Dispose();
            throw new SocketException((int)SocketError.TimedOut);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>A socket stays in the network namespace that it was made in: only its making needs a thread there.</summary>
    private async Task<Socket> OpenAsync(PodSandbox sandbox, AddressFamily family)
    {
        if (sandbox.Record.HasHostNetwork)
        {
            return new Socket(family, SocketType.Stream, ProtocolType.Tcp);
        }

        try
        {
            return await new NetworkNamespace(NamespacePins.PathOf(options.Folders.NamespacesOf(sandbox.Id), NamespaceKinds.Network))
                .RunAsync(() => new Socket(family, SocketType.Stream, ProtocolType.Tcp));
        }
        catch (LinuxException gone) when (gone.ErrorNumber is Errno.ENOENT or Errno.EINVAL)
        {
            throw new RuntimeException(ErrorKind.FailedPrecondition, $"no port of pod sandbox {sandbox.Id} can be forwarded: its network namespace has gone", gone);
        }
    }
}
