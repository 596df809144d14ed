using System.Diagnostics;

namespace CriSharp.Primitives;

/// <summary>
/// A part of a trace, until it is disposed of. Costs nothing where nobody traces. Does not become Activity.Current, so that parts of one work may
/// overlap and end in any order.
/// </summary>
public sealed class WorkSpan : IDisposable
{
    /// <summary>What listeners know the source by: they are asked while it is being made.</summary>
    public const string SourceName = "CriSharp";

    /// <summary>What all spans come from.</summary>
    public static readonly ActivitySource Source = new(SourceName);

    private readonly Activity _activity;

    private WorkSpan(Activity activity) => _activity = activity;

    internal ActivityContext Context => _activity.Context;

    /// <param name="name">One of few; what differs from call to call belongs into a tag.</param>
    /// <returns>Null where nobody traces.</returns>
    internal static WorkSpan? Begin(string name, ActivityContext parent)
    {
        var outer = Activity.Current;
        if (Source.StartActivity(name, ActivityKind.Internal, parent) is not { } activity)
        {
            return null;
        }

        Activity.Current = outer;
        return new WorkSpan(activity);
    }

    public void Tag(string key, object value) => _activity.SetTag(key, value);

    public void Dispose()
    {
        var outer = Activity.Current;
        _activity.Stop();
        Activity.Current = outer;
    }
}
