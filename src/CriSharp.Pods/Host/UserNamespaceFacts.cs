using System.Text.Json;
using CriSharp.Linux.Namespaces;
using CriSharp.Storage.Snapshots;

namespace CriSharp.Pods.Host;

/// <summary>Whether pods can have user namespaces: the OCI runtime has to say so, and the host is tried.</summary>
public static class UserNamespaceFacts
{
    private static readonly IdMapping Tried = new(0, 65536, 65536);

    /// <summary>https://github.com/opencontainers/runtime-spec/blob/main/features-linux.md</summary>
    /// <returns>Null, or why the runtime can't.</returns>
    internal static string? RefusalOf(ReadOnlyMemory<byte>? features)
    {
        if (features is not { } json)
        {
            return "its OCI runtime does not tell its features (runc does since 1.1, crun since 1.9)";
        }

        using var document = JsonDocument.Parse(json);
        if (!document.RootElement.TryGetProperty("linux", out var linux) || linux.ValueKind != JsonValueKind.Object)
        {
            return "its OCI runtime names no features of Linux";
        }

        if (!linux.TryGetProperty("namespaces", out var kinds)
            || kinds.ValueKind != JsonValueKind.Array
            || !kinds.EnumerateArray().Any(kind => kind.ValueKind == JsonValueKind.String && kind.ValueEquals("user")))
        {
            return "its OCI runtime does not name user namespaces among its features";
        }

        return IsEnabled(linux, "mountExtensions", "idmap")
            ? null
            : "its OCI runtime can't map the ids of volumes: linux.mountExtensions.idmap is not among its features (runc has it since 1.2, crun since 1.9)";
    }

    /// <param name="holderPath">The static pause program.</param>
    /// <returns>Null, or why the host can't.</returns>
    internal static async Task<string?> RefusalOfHostAsync(SnapshotStore snapshots, string holderPath)
    {
        try
        {
            await using var held = await HeldNamespaces.MakeAsync(new UserNamespaceRequest(holderPath, Tried, Tried), NamespaceKinds.None);
            using var userNamespace = held.OpenUser();
            return snapshots.TryIdMapped(userNamespace, Tried);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or TimeoutException)
        {
            return $"this host can't make a user namespace: {failure.Message}";
        }
    }

    private static bool IsEnabled(JsonElement linux, string group, string extension) =>
        linux.TryGetProperty(group, out var extensions)
        && extensions.ValueKind == JsonValueKind.Object
        && extensions.TryGetProperty(extension, out var found)
        && found.ValueKind == JsonValueKind.Object
        && found.TryGetProperty("enabled", out var enabled)
        && enabled.ValueKind == JsonValueKind.True;
}
