using System.Text;

namespace CriSharp.Linux.Namespaces;

/// <summary>How new namespaces look inside before anybody joins them: set by a thread that is in them.</summary>
internal sealed class NamespaceLooks
{
    private const int HostNameLimitBytes = 64;

    private readonly bool _hasNetwork;
    private readonly byte[]? _hostName;
    private readonly (string Asked, SysctlName Name, string Value)[] _sysctls;

    private NamespaceLooks(bool hasNetwork, byte[]? hostName, (string Asked, SysctlName Name, string Value)[] sysctls) =>
        (_hasNetwork, _hostName, _sysctls) = (hasNetwork, hostName, sysctls);

    /// <exception cref="FormatException">A sysctl's name is none.</exception>
    /// <exception cref="ArgumentException">A host name too long, or without a namespace for it.</exception>
    public static NamespaceLooks Of(NamespaceRequest request) => new(
        request.Kinds.HasFlag(NamespaceKinds.Network),
        request.HostName is null ? null : HostNameBytes(request),
        [.. request.Sysctls.Select(sysctl => (sysctl.Key, SysctlName.Parse(sysctl.Key), sysctl.Value))]);

    /// <param name="ownerUserId">On the host: who is root of the user namespace that owns them.</param>
    /// <exception cref="SysctlException">The kernel refuses one.</exception>
    public void Apply(uint ownerUserId)
    {
        if (_hasNetwork)
        {
            LoopbackInterface.Raise();
        }

        if (_hostName is not null)
        {
            SetHostName(_hostName);
        }

        foreach (var (asked, name, value) in _sysctls)
        {
            try
            {
                SysctlFile.Write(name, value, ownerUserId);
            }
            catch (LinuxException refusal)
            {
                throw new SysctlException(asked, value, refusal);
            }
        }
    }

    private static byte[] HostNameBytes(NamespaceRequest request)
    {
        var bytes = Encoding.UTF8.GetBytes(request.HostName!);
        if (bytes.Length is 0 or > HostNameLimitBytes || bytes.Contains((byte)0) || !request.Kinds.HasFlag(NamespaceKinds.Uts))
        {
            throw new ArgumentException($"the host name \"{request.HostName}\" must have 1 to {HostNameLimitBytes} bytes and a uts namespace to be set in");
        }

        return bytes;
    }

    private static unsafe void SetHostName(byte[] name)
    {
        fixed (byte* start = name)
        {
            LinuxException.ThrowIfFailed(Libc.SetHostName(start, (nuint)name.Length), "sethostname", Encoding.UTF8.GetString(name));
        }
    }
}
