using CriSharp.Daemon.Checks;
using CriSharp.Daemon.Configuration;
using CriSharp.Daemon.Hosting;
using CriSharp.Daemon.Signing;
using CriSharp.Images.Trust;
using CriSharp.Pods;
using CriSharp.Pods.Host;
using CriSharp.Primitives;

namespace CriSharp.Daemon.Composition;

/// <summary>
/// What a reload changes in the rooms: handlers with what they give their containers, the AppArmor profile of RuntimeDefault, signature policies. All else that
/// is live is read from the options in force when it is needed.
/// </summary>
internal sealed class LiveOptions(RuntimeHandlers handlers, HandlerFactsTable facts, RuntimeVersions versions, AppArmor appArmor, EnforcePolicy policy) : ILiveOptions
{
    public async Task<Action> PrepareAsync(DaemonOptions old, DaemonOptions taken, CancellationToken cancellationToken)
    {
        CheckPolicies(old, taken);
        if (taken.AppArmorProfile != old.AppArmorProfile && await appArmor.TryAsync(taken.AppArmorProfile, cancellationToken) is { } trouble)
        {
            throw new RuntimeException(ErrorKind.FailedPrecondition, $"{Settings.AppArmorProfile.Path}: \"{taken.AppArmorProfile}\" can't be applied: {trouble}");
        }

        var table = PodRooms.HandlersOf(taken);
        var abilities = await facts.AskAsync(table, cancellationToken);
        return () =>
        {
            facts.Replace(abilities);
            handlers.Replace(table);
            _ = versions.AskAsync(CancellationToken.None);
            appArmor.Use(taken.AppArmorProfile);
            policy.Use(PolicyFindings.FilesOf(taken), taken.RegistriesDirectory);
        };
    }

    /// <summary>Files that were wrong before are no reason to refuse something else.</summary>
    private static void CheckPolicies(DaemonOptions old, DaemonOptions taken)
    {
        var isSame = (old.SignaturePolicy, old.SignaturePolicyDirectory, old.RegistriesDirectory) == (taken.SignaturePolicy, taken.SignaturePolicyDirectory, taken.RegistriesDirectory);
        if (!isSame && PolicyFindings.Troubles(taken) is [var trouble, ..])
        {
            throw new RuntimeException(ErrorKind.InvalidArgument, $"{Settings.SignaturePolicy.Path}: {trouble}");
        }
    }
}
