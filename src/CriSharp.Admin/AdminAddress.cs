namespace CriSharp.Admin;

/// <summary>Where the admin socket is and what it answers. HTTP/1.1 over a Unix socket; GET, but for what changes something: that is POST. A failure is an <see cref="ErrorDocument"/>.</summary>
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

    /// <summary><see cref="AuditDocument"/>: looks for leftovers.</summary>
    public const string AuditPath = "/audit";

    /// <summary><see cref="AuditDocument"/>, POST: looks for leftovers and removes what may be removed.</summary>
    public const string AuditFixPath = "/audit/fix";

    /// <summary><see cref="ReloadDocument"/>, POST: reads the configuration again.</summary>
    public const string ReloadPath = "/reload";

    /// <summary>Figures for Prometheus, in its text format.</summary>
    public const string MetricsPath = "/metrics";

    /// <summary>
    /// <see cref="ImagesDocument"/>, POST: takes in the archive of images that is sent along. <see cref="NameParameter"/>, as often as wanted, names its only image;
    /// without it the archive's own names count.
    /// </summary>
    public const string LoadPath = "/images/load";

    /// <summary>
    /// <see cref="SavedImagesDocument"/> in one line, and after it the archive itself: of each <see cref="ImageParameter"/>, in the <see cref="FormatParameter"/>.
    /// An answer that ends early, as HTTP counts, is no archive.
    /// </summary>
    public const string SavePath = "/images/save";

    /// <summary><see cref="ImagesDocument"/>, POST: gives <see cref="ImageParameter"/> the further name <see cref="NameParameter"/>.</summary>
    public const string TagPath = "/images/tag";

    /// <summary><see cref="ImagesDocument"/>, POST: takes <see cref="NameParameter"/> from the image that has it.</summary>
    public const string UntagPath = "/images/untag";

    /// <summary><see cref="VerificationDocument"/>: looks whether <see cref="ImageParameter"/> is whole.</summary>
    public const string VerifyPath = "/images/verify";

    /// <summary>A name or an id of an image that is here.</summary>
    public const string ImageParameter = "image";

    /// <summary>A name by tag.</summary>
    public const string NameParameter = "name";

    /// <summary><see cref="OciFormat"/> or <see cref="DockerFormat"/>; absent: the first.</summary>
    public const string FormatParameter = "format";

    public const string OciFormat = "oci";

    public const string DockerFormat = "docker";

    /// <summary>No answer is longer, but for what follows a document: readers stop here. In bytes.</summary>
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
