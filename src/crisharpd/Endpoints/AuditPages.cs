using System.Text.Json;
using CriSharp.Admin;
using CriSharp.Pods.Audit;

namespace CriSharp.Daemon.Endpoints;

/// <summary>Audits that people ask for.</summary>
internal sealed class AuditPages(AuditLeftovers audit)
{
    public IEnumerable<AdminPage> All =>
    [
        AdminPage.Json(AdminAddress.AuditPath, cancellationToken => RunAsync(AuditScope.Look, cancellationToken)),
        AdminPage.Json(AdminAddress.AuditFixPath, cancellationToken => RunAsync(AuditScope.RemoveAll, cancellationToken)) with { Method = "POST" },
    ];

    private async Task<byte[]> RunAsync(AuditScope scope, CancellationToken cancellationToken)
    {
        var report = await audit.RunAsync(scope, cancellationToken);
        var document = new AuditDocument { At = report.At, Findings = [.. report.Results.Select(result => Describe(result, scope))] };
        return JsonSerializer.SerializeToUtf8Bytes(document, AdminJson.Default.AuditDocument);
    }

    private static FindingDocument Describe(AuditResult result, AuditScope scope) => new()
    {
        Kind = result.Finding.Kind,
        Subject = result.Finding.Subject,
        Reason = result.Finding.Reason,
        Since = result.Finding.Since,
        State = result switch
        {
            { IsRemoved: true } => FindingState.Removed,
            { Finding.Removal: Removal.Never } => FindingState.Stays,
            _ when scope == AuditScope.RemoveAll => FindingState.Stays,
            { Finding.Removal: Removal.WhenAsked } => FindingState.RemovableOnRequest,
            _ => FindingState.Removable,
        },
        StaysBecause = result.StaysBecause ?? (result.Finding.Removal == Removal.Never ? "it is kept for people" : ""),
    };
}
