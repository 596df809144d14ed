namespace CriSharp.Admin;

/// <summary>Where the admin socket is and what it answers. HTTP/1.1 over a Unix socket, GET only, one JSON document per path.</summary>
public static class AdminAddress
{
    /// <summary><see cref="VersionDocument"/>.</summary>
    public const string VersionPath = "/version";

    /// <summary><see cref="StatusDocument"/>.</summary>
    public const string StatusPath = "/status";

    /// <summary><see cref="PullsDocument"/>: the pulls under way at this moment.</summary>
    public const string PullsPath = "/pulls";

    /// <summary><see cref="OperationsDocument"/>.</summary>
    public const string OperationsPath = "/operations";

    /// <summary>No answer is longer: readers stop here. In bytes.</summary>
    public const int ResponseLimitBytes = 4 * 1024 * 1024;

    private const string SocketName = "admin.sock";

    /// <summary>The admin socket lies beside the CRI socket, so whoever knows one knows the other.</summary>
    /// <param name="criSocketPath">Path of the gRPC socket, without a scheme.</param>
    public static string Beside(string criSocketPath)
    {
        var folder = Path.GetDirectoryName(criSocketPath);
        return string.IsNullOrEmpty(folder) ? SocketName : Path.Combine(folder, SocketName);
    }
}
