"""A compiled closure in fit, Keras's Mean for the loss, optimizer.apply."""
import keras
import tensorflow as tf


def slope(f, x):
    x = tf.Variable(tf.cast(x, tf.float32) if not hasattr(x, "dtype") or x.dtype.kind in "iub" else x)
    with tf.GradientTape() as tape:
        y = f(x)
    return tf.convert_to_tensor(tape.gradient(y, x))


def train_step(model, x, y, loss_fn, optimizer, metrics=()):
    with tf.GradientTape() as tape:
        y_pred = model(x, training=True)
        loss = loss_fn(y, y_pred) + sum(model.losses)
    grads = tape.gradient(loss, model.trainable_weights)
    missing = [w.name for g, w in zip(grads, model.trainable_weights) if g is None]
    if missing:
        raise ValueError("These weights get no gradient: " + ", ".join(missing))
    optimizer.apply(grads, model.trainable_weights)
    for m in metrics:
        m.update_state(y, y_pred)
    return loss


def fit(model, dataset, loss_fn, optimizer, metrics=(), epochs=1):
    mean = keras.metrics.Mean(name="loss")

    @tf.function
    def step(x, y):
        loss = train_step(model, x, y, loss_fn, optimizer, metrics)
        mean.update_state(loss, sample_weight=tf.shape(y)[0])

    history = []
    for epoch in range(epochs):
        for m in [mean, *metrics]:
            m.reset_state()
        for x, y in dataset:
            step(x, y)
        history.append({m.name: float(m.result()) for m in [mean, *metrics]})
    return history
