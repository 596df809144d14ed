using CriSharp.MonitorProtocol;

namespace ConmonSharp;

/// <summary>All who have a part in the container's output. A client may be removed while it is given something.</summary>
internal sealed class AttachedClients
{
    private readonly List<AttachedClient> _clients = [];

    public void Add(AttachedClient client) => _clients.Add(client);

    public void Remove(AttachedClient client) => _clients.Remove(client);

    public void Copy(LogStream name, ReadOnlySpan<byte> bytes)
    {
        for (var i = _clients.Count - 1; i >= 0; i--)
        {
            _clients[i].Give(name, bytes);
        }
    }

    public void End(LogStream name)
    {
        for (var i = _clients.Count - 1; i >= 0; i--)
        {
            _clients[i].End(name);
        }
    }
}
