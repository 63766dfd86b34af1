"""Expected samples: counters, histograms and gauges by metric and labels, in the form `name{a="b"}` -> number."""


class Tally:
    def __init__(self):
        self.samples = {}

    def add(self, metric, labels, step=1):
        key = sample_key(metric, labels)
        self.samples[key] = self.samples.get(key, 0) + step

    def set(self, metric, labels, value):
        self.samples[sample_key(metric, labels)] = value

    def observe(self, metric, labels, value, bounds):
        """Every bucket that holds the value, `+Inf` included; all buckets exist from the first observation."""
        for bound in bounds:
            self.add(metric + '_bucket', {**labels, 'le': '%g' % bound}, 1 if value <= bound else 0)
        self.add(metric + '_bucket', {**labels, 'le': '+Inf'})
        self.add(metric + '_sum', labels, value)
        self.add(metric + '_count', labels)

    def drop(self, is_unwanted):
        for key in [key for key in self.samples if is_unwanted(key)]:
            del self.samples[key]


def sample_key(metric, labels):
    """One spelling per sample: labels sorted, empty ones absent, values escaped as the text format escapes them."""
    pairs = ['%s="%s"' % (name, escape(value)) for name, value in sorted(labels.items()) if value != '']
    return metric + ('{' + ','.join(pairs) + '}' if pairs else '')


def escape(value):
    return value.replace('\\', '\\\\').replace('\n', '\\n').replace('"', '\\"')
